namespace Lstm.Tests.Shared.Onnx.StepGraphs;

/// <summary>The cell of a step graph, written out in plain operators.</summary>
internal enum StepCell
{
    Lstm, LstmSeparateGates, LstmPeephole, LstmNorm, LstmNormOfCell, LstmClipped, LstmProjected, LstmPacked, LstmStackedTensor, LstmCoupledGates,
    Gru, GruDifference, GruNorm, MinimalGru, Rnn, RnnRelu, RnnNorm, Leaky,
    TwoLstm, TwoGru, TwoRnn, TwoGruResidual, TwoLstmResidual,
}

/// <summary>What makes y of x and the new state.</summary>
internal enum StepHead
{
    StatesOnly, Same, Linear, LinearTanh, Hidden, Residual, PlainResidual, ScaledResidual, NormedResidual, Mask, PlainMask, Gate, Highway, Joined, StateMask, OfCell, DeepAr,
}

/// <summary>One more input or output.</summary>
internal enum StepExtra
{
    None, Output, Logits, GateOutput, BranchInput, ScaleInput, Covariates, CovariatesAndOutput, TimeDifference, Counter, HeadInput, Noise, SecondX, JoinedStates,
}

/// <summary>What the names say.</summary>
internal enum StepNames
{
    Helpful, Misleading, Absent,
}

/// <summary>How a graph is drawn.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Head">The head.</param>
/// <param name="Extra">One more input or output.</param>
/// <param name="Names">What the names say.</param>
/// <param name="IsSquare">Whether x, the state and y are equally wide.</param>
/// <param name="Seed">For everything else: how linear layers are written, the order of inputs and outputs, how shapes are declared, the weights.</param>
internal sealed record StepChoice(StepCell Cell, StepHead Head, StepExtra Extra, StepNames Names, bool IsSquare, int Seed)
{
    /// <summary>Draws one.</summary>
    public static StepChoice Draw(Random random) => new(
        Pick<StepCell>(random), Pick<StepHead>(random), Pick<StepExtra>(random), Pick<StepNames>(random), random.Next(2) == 0, random.Next());

    private static T Pick<T>(Random random)
        where T : struct, Enum => Enum.GetValues<T>() is var all ? all[random.Next(all.Length)] : default;
}
