using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Options;

namespace Lstm.Service.Predictions;

/// <summary>What a prediction has to be like before anything of it runs.</summary>
/// <param name="options">Limits.</param>
internal sealed class SequenceChecks(PredictOptions options)
{
    /// <summary>Checks how many sequences there are.</summary>
    /// <param name="sequences">Their number.</param>
    /// <exception cref="LstmException">PREDICTION_TOO_LARGE.</exception>
    public void CheckCount(int sequences)
    {
        if (sequences > options.MaxSequences)
            throw Throw.PredictionTooLarge("sequences", sequences, options.MaxSequences, "Lstm:Predict:MaxSequences");
    }

    /// <summary>Checks a request; allocates next to nothing.</summary>
    /// <param name="served">The model.</param>
    /// <param name="sequences">As they came.</param>
    /// <returns>T of each sequence.</returns>
    /// <exception cref="LstmException">PREDICTION_EMPTY, PREDICTION_TOO_LARGE, INPUT_SHAPE, SEQUENCE_LENGTH, INPUT_NOT_FINITE or INPUT_RANGE.</exception>
    public int[] Check(ServedModel served, IReadOnlyList<PredictSequence> sequences)
    {
        if (sequences.Count == 0)
            throw Throw.PredictionEmpty(served.Name);
        CheckCount(sequences.Count);
        var lengths = new int[sequences.Count];
        for (int s = 0; s < lengths.Length; s++)
            lengths[s] = LengthOf(served, sequences[s], s);
        CheckSize(served, lengths);
        for (int s = 0; s < lengths.Length; s++)
            CheckValues(served, sequences[s], lengths[s], s);
        return lengths;
    }

    private static int LengthOf(ServedModel served, PredictSequence sequence, int index)
    {
        int row = sequence.RowLength(served);
        if (row == 0 || sequence.X.Length % row != 0)
            throw Throw.SequenceShape(served.Name, index, served.InputSize, sequence.X.Length);
        int length = sequence.X.Length / row;
        return served.Model.FindLengthFault(length) is { } fault ? throw Throw.SequenceLength(served.Name, index, length, fault) : length;
    }

    private void CheckSize(ServedModel served, int[] lengths)
    {
        long timesteps = lengths.Sum(static n => (long)n);
        if (timesteps > options.MaxTimesteps)
            throw Throw.PredictionTooLarge("timesteps in all sequences together", timesteps, options.MaxTimesteps, "Lstm:Predict:MaxTimesteps");
        long values = timesteps * served.OutputWords + lengths.Length * (long)served.StateSize;
        if (values > options.MaxValues)
            throw Throw.PredictionTooLarge("values of outputs and states together", values, options.MaxValues, "Lstm:Predict:MaxValues");
    }

    private static void CheckValues(ServedModel served, PredictSequence sequence, int length, int index)
    {
        var x = sequence.X.Span;
        int row = sequence.RowLength(served);
        for (int i = 0; i < x.Length; i++)
            if (i % row < served.InputSize && !float.IsFinite(x[i]))
                throw Throw.SequenceNotFinite(served.Name, index, i / row, i % row, x[i]);
        for (int start = 0; start < x.Length; start += row)
            if (served.Model.FindInputFault(x.Slice(start, row)) is { } fault)
                throw Throw.SequenceRange(served.Name, index, start / row, fault);
        if (served.Model.FindSequenceFault(x, length) is { } whole)
            throw Throw.SequenceRange(served.Name, index, whole);
    }
}
