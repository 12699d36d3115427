namespace Lstm.Engine.Kernels;

/// <summary>Activation functions of recurrent cells and heads.</summary>
internal enum CurveKind
{
    /// <summary>σ(x) = 1/(1 + e^−x).</summary>
    Sigmoid,

    /// <summary>tanh(x).</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x for x ≥ 0, alpha·x below.</summary>
    LeakyRelu,

    /// <summary>x for x ≥ alpha, otherwise 0.</summary>
    ThresholdedRelu,

    /// <summary>alpha·tanh(beta·x).</summary>
    ScaledTanh,

    /// <summary>max(0, min(1, alpha·x + beta)).</summary>
    HardSigmoid,

    /// <summary>x for x ≥ 0, alpha·(e^x − 1) below.</summary>
    Elu,

    /// <summary>x/(1 + |x|).</summary>
    Softsign,

    /// <summary>ln(1 + e^x).</summary>
    Softplus,

    /// <summary>alpha·x + beta.</summary>
    Affine,
}
