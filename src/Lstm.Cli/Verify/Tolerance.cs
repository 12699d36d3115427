namespace Lstm.Cli.Verify;

/// <summary>How far a value may be from its reference b: abs + rel·|b|.</summary>
internal readonly record struct Tolerance(double Abs, double Rel)
{
    public double Allowed(double reference) => Abs + Rel * Math.Abs(reference);
}
