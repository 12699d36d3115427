namespace Lstm.Engine.Tests;

public sealed class PredictTests
{
    [Fact]
    public void Predict_SequencesOfDifferentLengths_EqualsStepsBitForBit()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        var random = new Random(7);
        int[] lengths = [5, 1, 17, 17, 3];
        var sequences = lengths.Select(length => new Sequence(
            model.CreateState(),
            length,
            Enumerable.Range(0, length).SelectMany(_ => ShippedModels.TaxiInput(random)).ToArray(),
            new float[length * model.Info.OutputSize])).ToArray();

        model.Predict(sequences);

        foreach (Sequence sequence in sequences)
        {
            ModelState state = model.CreateState();
            float[] y = new float[sequence.Y.Length];
            for (int t = 0; t < sequence.Length; t++)
            {
                model.Step(state, sequence.X.Span.Slice(t * model.Info.InputSize, model.Info.InputSize), y.AsSpan(t * model.Info.OutputSize, model.Info.OutputSize));
            }
            Assert.Equal(y, sequence.Y.ToArray());
            Assert.Equal(Copy(state), Copy(sequence.State));
        }
    }

    [Theory]
    [InlineData(0, 0, 0, "Expected at least one timestep but got 0. (Parameter 'x')")]
    [InlineData(2, 9, 6, "Expected 10 values (length × input_size) but got 9. (Parameter 'sequence')")]
    [InlineData(2, 10, 7, "Expected 6 values (length × output_size) but got 7. (Parameter 'sequence')")]
    public void Predict_WrongLength_Throws(int length, int x, int y, string message)
    {
        Model model = Model.Load(ShippedModels.NycTaxi);

        var fault = Assert.Throws<ArgumentException>(() => model.Predict([new Sequence(model.CreateState(), length, new float[x], new float[y])]));

        Assert.Equal(message, fault.Message);
    }

    private static float[] Copy(ModelState state)
    {
        var values = new float[state.Model.Info.StateSize];
        state.CopyTo(values);
        return values;
    }
}
