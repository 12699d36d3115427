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
        new ConvOperator(),
        new CumSumOperator(),
        new CurveOperator(),
        new DropoutOperator(),
        new ElementsOperator(),
        new EinsumOperator(),
        new ExpandOperator(),
        new GatherOperator(),
        new GemmOperator(),
        new GruOperator(),
        new IdentityOperator(),
        new IfOperator(),
        new LayerNormalizationOperator(),
        new LoopOperator(),
        new LstmOperator(),
        new MapOperator(),
        new MatMulOperator(),
        new NormalizationOperator(),
        new OneHotOperator(),
        new PadOperator(),
        new PairOperator(),
        new PoolOperator(),
        new QuantizeOperator(),
        new RangeOperator(),
        new ReduceOperator(),
        new ReshapeOperator(),
        new ReverseSequenceOperator(),
        new RnnOperator(),
        new ScanOperator(),
        new ScalerOperator(),
        new SequenceOperator(),
        new ShapeOperator(),
        new SliceOperator(),
        new SoftmaxOperator(),
        new SplitOperator(),
        new SqueezeOperator(),
        new TileOperator(),
        new TopKOperator(),
        new TransposeOperator(),
        new UnsqueezeOperator(),
        new WhereOperator(),
    }.SelectMany(static o => o.Names.Select(name => (name, o))).ToDictionary();

    /// <summary>Names of all operators, sorted.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>Finds an operator.</summary>
    /// <param name="domain">The node's domain.</param>
    /// <param name="name">op_type.</param>
    /// <returns>The operator, or null.</returns>
    public static Operator? Find(string domain, string name) =>
        ByName.GetValueOrDefault(name) is { } found && found.Domain == (domain == "ai.onnx" ? "" : domain) ? found : null;
}
