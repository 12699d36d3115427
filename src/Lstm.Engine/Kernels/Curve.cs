namespace Lstm.Engine.Kernels;

/// <summary>An activation function with its parameters, as ONNX defines it.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Alpha">Its alpha; unused where it has none.</param>
/// <param name="Beta">Its beta; unused where it has none.</param>
internal readonly record struct Curve(CurveKind Kind, float Alpha = 0f, float Beta = 0f)
{
    /// <summary>σ.</summary>
    public static Curve Sigmoid { get; } = new(CurveKind.Sigmoid);

    /// <summary>tanh.</summary>
    public static Curve Tanh { get; } = new(CurveKind.Tanh);
}
