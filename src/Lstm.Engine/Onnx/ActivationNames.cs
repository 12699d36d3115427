using Lstm.Engine.Kernels;

namespace Lstm.Engine.Onnx;

/// <summary>
/// The activation functions of recurrent nodes by name, whatever its case. A function that takes no alpha (beta) consumes none
/// from activation_alpha (activation_beta), as ONNX Runtime does.
/// </summary>
internal static class ActivationNames
{
    // Name, function, whether it takes alpha and beta, and their defaults (NaN: none, it has to be given).
    private static readonly Dictionary<string, (CurveKind Kind, bool TakesAlpha, bool TakesBeta, float Alpha, float Beta)> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Sigmoid"] = (CurveKind.Sigmoid, false, false, 0f, 0f),
        ["Tanh"] = (CurveKind.Tanh, false, false, 0f, 0f),
        ["Relu"] = (CurveKind.Relu, false, false, 0f, 0f),
        ["LeakyRelu"] = (CurveKind.LeakyRelu, true, false, 0.01f, 0f),
        ["ThresholdedRelu"] = (CurveKind.ThresholdedRelu, true, false, 1f, 0f),
        ["ScaledTanh"] = (CurveKind.ScaledTanh, true, true, float.NaN, float.NaN),
        ["HardSigmoid"] = (CurveKind.HardSigmoid, true, true, 0.2f, 0.5f),
        ["Elu"] = (CurveKind.Elu, true, false, 1f, 0f),
        ["Softsign"] = (CurveKind.Softsign, false, false, 0f, 0f),
        ["Softplus"] = (CurveKind.Softplus, false, false, 0f, 0f),
        ["Affine"] = (CurveKind.Affine, true, true, float.NaN, float.NaN),
    };

    /// <summary>Reads the functions of one direction.</summary>
    /// <param name="attributes">activations, activation_alpha, activation_beta.</param>
    /// <param name="defaults">The cell's own functions.</param>
    /// <returns>As many functions as the cell has.</returns>
    /// <exception cref="NodeFaultException">A name is unknown, or there are too many or too few names or values.</exception>
    public static Curve[] Read(NodeAttributes attributes, string[] defaults)
    {
        string[] names = attributes.Texts("activations") ?? defaults;
        var alphas = new Queue<float>(attributes.Floats("activation_alpha") ?? []);
        var betas = new Queue<float>(attributes.Floats("activation_beta") ?? []);
        if (names.Length != defaults.Length)
        {
            throw new NodeFaultException($"activations are {string.Join(", ", names)}; expected {defaults.Length}: {string.Join(", ", defaults)} or others in their place.");
        }
        Curve[] curves = [.. names.Select(name => Find(name, alphas, betas))];
        return alphas.Count + betas.Count == 0
            ? curves
            : throw new NodeFaultException($"activation_alpha or activation_beta holds more values than {string.Join(", ", names)} take.");
    }

    private static Curve Find(string name, Queue<float> alphas, Queue<float> betas)
    {
        if (!ByName.TryGetValue(name, out var entry))
        {
            throw new NodeFaultException($"the activation '{name}' is not known; expected one of {string.Join(", ", ByName.Keys)}.");
        }
        float alpha = entry.TakesAlpha && alphas.TryDequeue(out float a) ? a : entry.Alpha;
        float beta = entry.TakesBeta && betas.TryDequeue(out float b) ? b : entry.Beta;
        return float.IsNaN(alpha + beta)
            ? throw new NodeFaultException($"the activation '{name}' has no default; expected its values in activation_alpha and activation_beta.")
            : new Curve(entry.Kind, alpha, beta);
    }
}
