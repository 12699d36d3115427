using Lstm.Engine.Onnx.Operators;

namespace Lstm.Engine.Onnx;

/// <summary>The operators that run natively. A new one is a new file in Operators/ and a line here.</summary>
internal static class OperatorRegistry
{
    private static readonly Dictionary<string, Operator> ByName = new Operator[]
    {
        new ArithmeticOperator(),
        new BatchNormalizationOperator(),
        new CastOperator(),
        new ConcatOperator(),
        new ConstantOfShapeOperator(),
        new ConstantOperator(),
        new CurveOperator(),
        new DropoutOperator(),
        new ExpandOperator(),
        new GatherOperator(),
        new GemmOperator(),
        new GruOperator(),
        new IdentityOperator(),
        new LayerNormalizationOperator(),
        new LstmOperator(),
        new MapOperator(),
        new MatMulOperator(),
        new PairOperator(),
        new ReduceOperator(),
        new ReshapeOperator(),
        new RnnOperator(),
        new ShapeOperator(),
        new SliceOperator(),
        new SoftmaxOperator(),
        new SqueezeOperator(),
        new TransposeOperator(),
        new UnsqueezeOperator(),
    }.SelectMany(static o => o.Names.Select(name => (name, o))).ToDictionary();

    /// <summary>Names of all operators, sorted.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Finds an operator.</summary>
    /// <param name="domain">The node's domain; only ONNX's own is known.</param>
    /// <param name="name">op_type.</param>
    /// <returns>The operator, or null.</returns>
    public static Operator? Find(string domain, string name) => domain is "" or "ai.onnx" ? ByName.GetValueOrDefault(name) : null;
}
