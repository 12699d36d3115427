using Lstm.Engine;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A model that needs the end of a sequence to know its beginning: "rest" is the sum of all x from t on, "total" that of the whole sequence, and h adds up the totals.</summary>
internal sealed class BackwardModel(string path, int? exact = null) : Model(Describe(path, exact))
{
    public const int Longest = 8;

    /// <summary>Runs within every prediction but the first, which is the service's own.</summary>
    public Action? Running { get; set; }

    /// <summary>Predictions begun.</summary>
    public int Runs { get; private set; }

    public override ModelState CreateState() => NewState([0]);

    public override void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates) => throw new NotStreamableException(Info);

    public override string? FindInputFault(ReadOnlySpan<float> x) => x[0] < 1000 ? null : $"Expected a number below 1000 but got {x[0]}.";

    public override StepBatch CreateBatch(int capacity) => throw new NotStreamableException(Info);

    public override void Predict(IReadOnlyList<Sequence> sequences)
    {
        if (Runs++ > 0)
            Running?.Invoke();
        foreach (var sequence in sequences)
        {
            CheckSequence(sequence);
            Run(sequence);
        }
    }

    private static void Run(Sequence sequence)
    {
        var x = sequence.X.Span;
        var y = sequence.Y.Span;
        var h = new float[1];
        sequence.State.CopyTo(h);
        float rest = 0;
        for (int t = sequence.Length - 1; t >= 0; t--)
            (y[2 * t], y[2 * t + 1]) = (rest += x[t], float.NaN);
        y[^1] = rest;
        h[0] += rest;
        sequence.State.CopyFrom(h);
    }

    private static ModelInfo Describe(string path, int? exact) => new()
    {
        Path = path,
        Fingerprint = new('0', 64),
        Backend = "onnxruntime",
        NotNative = [new("mix", "Mystery", "the operator is not supported natively.")],
        IsBatchInvariant = false,
        MaxBatch = 4,
        SequenceLength = exact,
        FlopsPerStep = 1234,
        FrameContext = 2,
        StatePairs = [new("h0", "hn", "by hand")],
        NotStreamable = [new("back", "LSTM", "direction is reverse: it needs the end of the sequence.")],
        LongestSequence = Longest,
        Producer = "by hand",
        Opset = 17,
        Inputs = [new("x", "float32", []) { Axes = "[B, T]", TimeAxis = 1, Notes = new("demand", ["riders"], ["1/h"], []) }],
        Outputs = [new("rest", "float32", []), new("total", "float32", [1]) { EveryStep = false, Notes = new(null, [], [], [0.5]) }],
        Layers = [new("back", "LSTM", 1, 1, 12) { Direction = "reverse" }],
        States = [new("h", 0, [1])],
        Gates = [],
        ParameterCount = 0,
    };
}
