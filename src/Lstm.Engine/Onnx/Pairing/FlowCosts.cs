namespace Lstm.Engine.Onnx.Pairing;

/// <summary>
/// How far a value is from itself after a node, when one looks for a state's next value: moved or scaled values are still near, a
/// value behind an activation less so, one behind a product is only one of many that went in.
/// </summary>
internal static class FlowCosts
{
    /// <summary>Nothing of the value comes out: shapes, indices.</summary>
    public const int None = -1;

    /// <summary>Moved, scaled or added to.</summary>
    public const int Near = 0;

    /// <summary>Behind a function of single values, or a reduction.</summary>
    public const int Bent = 1;

    /// <summary>Behind a product, or an operator that nothing is known of.</summary>
    public const int Far = 100;

    // Their second input chooses: what is chosen depends on it, as a product with a matrix of ones and zeros does.
    private static readonly HashSet<string> Choices = ["Gather", "GatherElements", "GatherND"];

    // Only the first input is data.
    private static readonly HashSet<string> Movements =
    [
        "Identity", "Cast", "CastLike", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Split",
        "Expand", "Dropout", "Pad", "Tile", "Neg", "ReverseSequence", "Trilu",
    ];

    private static readonly HashSet<string> Joins = ["Concat", "Add", "Sub", "Sum", "Mean", "Mul"];

    private static readonly HashSet<string> Functions =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum", "Elu", "Erf", "Exp", "Floor",
        "Gelu", "GroupNormalization", "HardSigmoid", "HardSwish", "InstanceNormalization", "IsInf", "IsNaN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax",
        "LpNormalization", "Max", "Min", "Mish", "Mod", "PRelu", "Pow", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax",
        "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "RMSNormalization", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax",
        "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu",
    ];

    private static readonly HashSet<string> Shapes = ["Shape", "Size", "ConstantOfShape", "EyeLike", "RandomNormalLike", "RandomUniformLike", "Range"];

    /// <summary>The cost of going through a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">Number of the input.</param>
    /// <param name="output">Number of the output.</param>
    /// <returns>The cost, or <see cref="None"/>.</returns>
    public static int Of(FlowNode node, int input, int output)
    {
        string name = node.Operator;
        return name is "LSTM" or "GRU" or "RNN" or "DynamicQuantizeLSTM" ? OfRecurrent(input, output)
            : name is "Loop" or "Scan" ? OfLoop(node, input, output)
            : Joins.Contains(name) ? Near
            : Choices.Contains(name) ? input == 0 ? Near : Far
            : Movements.Contains(name) ? input == 0 ? Near : None
            : Shapes.Contains(name) ? None
            : name is "Div" ? input == 0 ? Near : Bent
            : name is "Where" ? input == 0 ? Bent : Near
            : name is "ScatterND" or "ScatterElements" or "Scatter" ? input == 1 ? None : Near
            : Functions.Contains(name) ? Bent
            : Far;
    }

    /// <summary>Whether the input of a node is a state that the output is the next value of.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">Number of the input.</param>
    /// <param name="output">Number of the output.</param>
    /// <returns>True for initial_h and Y or Y_h, initial_c and Y_c, and what a Loop or Scan carries.</returns>
    public static bool IsRecurrence(FlowNode node, int input, int output) => node.IsRecurrent && Of(node, input, output) is Near or Bent;

    // Y holds Y_h as its last step: as near, but Y_h is the state.
    private static int OfRecurrent(int input, int output) => (input, output) switch
    {
        (5, 1) or (6, 2) => Near,
        (5, 0) => Bent,
        _ => Far,
    };

    private static int OfLoop(FlowNode node, int input, int output)
    {
        int scanned = (int)(node.Proto?.Attribute.FirstOrDefault(static a => a.Name == "num_scan_inputs")?.I ?? 0);
        int carried = node.Operator == "Loop" ? input - 2 : input < node.Inputs.Length - scanned ? input : -1;
        return carried >= 0 && carried == output ? Near : Far;
    }
}
