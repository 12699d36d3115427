namespace Lstm.OnnxRuntime.Tests;

/// <summary>
/// How far float32 may be from float64, and why. u = 2⁻²⁴ ≈ 6.0e-8 is the largest relative error of one rounding.
/// What was measured is in docs/parity.md; each bound is a small multiple of it, far below what any error in an equation makes.
/// </summary>
internal static class ParityTolerance
{
    /// <summary>
    /// nyc-taxi, y in passengers: the graph ends with a multiplication by the standard deviation and demand is up to 40,000, where neighbouring floats
    /// are 0.004 apart; 0.05 is a dozen of them.
    /// </summary>
    public const double TaxiY = 0.05;

    /// <summary>nyc-taxi, h in (-1, 1): 170 u, a few roundings in each of the sums over 64 + 64 terms that two layers hand on.</summary>
    public const double TaxiH = 1e-5;

    /// <summary>nyc-taxi, c: not bounded by 1 and carried over many steps by forget gates near 1, hence five times that of h.</summary>
    public const double TaxiC = 5e-5;

    /// <summary>char-lm, logits: sums of 128 products with weights above 1, on top of what h is off by.</summary>
    public const double CharY = 1e-4;

    /// <summary>char-lm, h: one layer, but of 128 units with trained recurrent weights well above ±1/√n.</summary>
    public const double CharH = 5e-5;

    /// <summary>char-lm, c: reaches several units and is carried by forget gates near 1.</summary>
    public const double CharC = 2e-4;

    /// <summary>
    /// Random LSTMs, h and y: 17 u. A gate is a sum of n + m ≤ 600 products of weights below 1/√n; its error grows like u·√(n + m) times a typical
    /// product, a few u in all, each activation adds at most 2 ulp, and forget gates near ½ do not let it build up over steps. Measured: 3.4e-7.
    /// </summary>
    public const double RandomH = 1e-6;

    /// <summary>Random LSTMs, c: twice that of h, for it is a sum of two products and stays below 2 here. Measured: 3.8e-7.</summary>
    public const double RandomC = 2e-6;

    /// <summary>Two float32 results that are each within a bound of the truth are within twice the bound of each other.</summary>
    public const double BothSides = 2;
}
