using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>What cannot be streamed runs as a whole and says which operator stands in the way, and why.</summary>
public sealed class StreamingVerdictTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Load_ReverseCell_SaysWhyItDoesNotStream() => Assert.Equal(
        "RNN 'RNN_2': direction is 'reverse'; it needs the end of the sequence first, so that it cannot be streamed one step at a time.",
        Refusal(static b => b.Nodes("RNN", [true], ["x", Weights(b, 1, 3, 2), Weights(b, 1, 3, 3)], ("direction", "reverse"))[0], "T 1 B 3"));

    [Fact]
    public void Load_ConvolutionThatLooksAhead_SaysHowFar() => Assert.Equal(
        "Conv 'Conv_7': it looks 1 timestep ahead, which a stream does not know yet.",
        Refusal(static b => b.Node("Conv", [b.Transpose(Rnn(b), 1, 2, 0), Weights(b, 1, 3, 3)], ("pads", new[] { 1, 1 })), "B 1 T"));

    [Fact]
    public void Load_SoftmaxOverTime_SaysSo() => Assert.Equal(
        "Softmax 'Softmax_5': it runs along time; a stream does not know the timesteps to come.",
        Refusal(static b => b.Node("Softmax", [Rnn(b)], ("axis", 0)), "T B 3"));

    [Fact]
    public void Load_LastTimestepAddedToAll_SaysSo() => Assert.Equal(
        "Add 'Add_7': it joins a value of the last timestep with values of every timestep; a stream does not know yet which timestep is the last.",
        Refusal(static b => Rnn(b) is var y ? b.Node("Add", [y, b.Node("Gather", [y, b.Integer(-1)], ("axis", 0))]) : "", "T B 3"));

    [Fact]
    public void Load_FirstTimestepTaken_SaysSo() => Assert.Equal(
        "Gather 'Gather_6': it takes the first timestep of the sequence, which a stream has passed.",
        Refusal(static b => b.Node("Gather", [Rnn(b), b.Integer(0)], ("axis", 0)), "B 3"));

    [Fact]
    public void Load_SequenceTurnedAround_SaysSo() => Assert.Equal(
        "Slice 'Slice_9': it turns the sequence around, which takes its end first.",
        Refusal(static b => b.Slice(Rnn(b), [0], [-1], [long.MinValue], [-1]), "T B 3"));

    [Fact]
    public void Load_OfBoth_TellsAllReasons()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "T B 2");
        string y = Rnn(builder);
        builder.Output(builder.Node("Softmax", [y], ("axis", 0)), "T B 3");
        builder.Output(builder.Node("Gather", [y, builder.Integer(0)], ("axis", 0)), "B 3");

        Model model = Model.Load(builder.Write(_path));

        Assert.Equal(["Softmax", "Gather"], model.Info.NotStreamable.Select(static f => f.Operator));
        Assert.All(model.Info.NotStreamable, static f => Assert.Equal(ModelFaultKind.NotStreamable, f.Kind));
        Assert.Equal(
            $"'{model.Info.Path}' cannot be stepped: {string.Join(" ", model.Info.NotStreamable)} Send whole sequences instead.",
            Assert.Throws<NotStreamableException>(() => model.Step(model.CreateState(), new float[2], new float[6])).Message);
    }

    [Theory]
    [InlineData(5f, "Expected a whole number from 0 to 4, the length of the sequence, at place 2 of the input (sequence_lens) but got 5. (Parameter 'x')")]
    [InlineData(-1f, "Expected a whole number from 0 to 4, the length of the sequence, at place 2 of the input (sequence_lens) but got -1. (Parameter 'x')")]
    [InlineData(1.5f, "Expected a whole number from 0 to 4, the length of the sequence, at place 2 of the input (sequence_lens) but got 1.5. (Parameter 'x')")]
    public void Predict_WrongSequenceLens_Throws(float length, string message)
    {
        Model model = WithLengths();
        float[] x = [.. Enumerable.Repeat(new[] { 0.5f, -0.5f, length }, 4).SelectMany(static row => row)];

        var fault = Assert.Throws<ArgumentException>(() => model.Predict([new Sequence(model.CreateState(), 4, x, new float[12])]));

        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Predict_SequenceLensThatVary_Throws()
    {
        Model model = WithLengths();
        float[] x = [0f, 0f, 2f, 0f, 0f, 1f];

        var fault = Assert.Throws<ArgumentException>(() => model.Predict([new Sequence(model.CreateState(), 2, x, new float[6])]));

        Assert.Equal("Timestep 1: the input 'lens' has no axis of time; expected the same values as at timestep 0. (Parameter 'x')", fault.Message);
    }

    [Fact]
    public void Predict_OtherLengthThanTheFiles_Throws()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "5 1 2");
        string last = builder.Nodes("RNN", [false, true], ["x", Weights(builder, 1, 3, 2), Weights(builder, 1, 3, 3)])[1];
        string repeated = builder.Node("Tile", [last, builder.Integers(5, 1, 1)]);
        builder.Output(builder.Nodes("RNN", [true], [repeated, Weights(builder, 1, 3, 3), Weights(builder, 1, 3, 3)])[0], "5 1 1 3");
        Model model = Model.Load(builder.Write(_path));

        Assert.Equal(5, model.Info.SequenceLength);
        Assert.Equal("Expected exactly 5 timesteps, the length that the file was exported with, but got 4.", model.FindLengthFault(4));
        Assert.Null(model.FindLengthFault(5));
    }

    [Fact]
    public void Load_LastTimestepRepeatedAsOftenAsThereAreTimestepsButNotOverTime_Streams()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "5 1 2");
        string last = builder.Nodes("RNN", [false, true], ["x", Weights(builder, 1, 3, 2), Weights(builder, 1, 3, 3)])[1];
        builder.Output(builder.Node("Tile", [last, builder.Integers(5, 1, 1)]), "5 1 3");

        Model model = Model.Load(builder.Write(_path));

        Assert.True(model.Info.IsStreamable);
        Assert.Equal([5, 3], model.Info.Outputs[0].Shape);
    }

    private Model WithLengths()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "T B 2");
        builder.Input("lens", "B", Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType.Int32);
        builder.Output(builder.Nodes("RNN", [true], ["x", Weights(builder, 1, 3, 2), Weights(builder, 1, 3, 3), "", "lens"])[0], "T 1 B 3");
        return Model.Load(builder.Write(_path));
    }

    private string Refusal(Func<OnnxBuilder, string> head, string shape)
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "T B 2");
        builder.Output(head(builder), shape);
        Model model = Model.Load(builder.Write(_path));
        int length = 4;
        model.Predict([new Sequence(model.CreateState(), length, new float[length * 2], new float[length * model.Info.OutputSize])]);
        return Assert.Single(model.Info.NotStreamable).ToString();
    }

    // [T, B, 3]
    private static string Rnn(OnnxBuilder b) => b.Squeeze(b.Nodes("RNN", [true], ["x", Weights(b, 1, 3, 2), Weights(b, 1, 3, 3)])[0], 1);

    private static string Weights(OnnxBuilder b, params long[] shape) =>
        b.Floats([.. Enumerable.Range(0, (int)shape.Aggregate(1L, static (a, n) => a * n)).Select(static n => 0.3f * MathF.Sin(n))], shape);
}
