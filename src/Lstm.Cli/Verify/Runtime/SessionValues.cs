using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>Inputs that are given once, when a session opens.</summary>
internal static class SessionValues
{
    // What the file leaves open, an encoder's context for example, gets this length.
    private const int OpenLength = 6;

    /// <summary>A model's state from inputs that are given once, or as it starts without any.</summary>
    public static ModelState Start(Model model, IReadOnlyList<SessionInput> inputs) => inputs.Count == 0 ? model.CreateState() : model.CreateState(inputs);

    /// <summary>Seeded random values for all of them; integers in the range that the model takes.</summary>
    public static IReadOnlyList<SessionInput> Create(Model model)
    {
        var random = new Random(ReferenceInputs.Seed);
        var inputs = model.Info.SessionInputs.Select(static info =>
        {
            int[] shape = [.. info.Shape.Select(static n => n > 0 ? n : OpenLength)];
            return new SessionInput(info.Name, shape, new float[shape.Aggregate(1, static (product, n) => product * n)]);
        }).ToArray();
        for (var i = 0; i < inputs.Length; i++)
        {
            var isFloat = model.Info.SessionInputs[i].ElementType.StartsWith("float", StringComparison.Ordinal);
            var count = isFloat ? 0 : CountValues(model, inputs, i);
            var values = new float[inputs[i].Values.Length];
            foreach (ref var value in values.AsSpan())
                value = isFloat ? (float)(2 * random.NextDouble() - 1) : random.Next(count);
            inputs[i] = inputs[i] with { Values = values };
        }
        return inputs;
    }

    /// <summary>One of them for ONNX Runtime, with a batch of one.</summary>
    public static OrtTensor ToTensor(SessionInput input, TensorInfo info, OrtPort port)
    {
        var shape = (input.Shape ?? info.Shape).Select(static n => (long)n).ToList();
        if (info.BatchAxis >= 0 && shape.Count < port.Shape.Count)
            shape.Insert(Math.Min(info.BatchAxis, shape.Count), 1);
        return OrtTensor.FromFloats(port.ElementType, shape, input.Values.Span);
    }

    private static int CountValues(Model model, SessionInput[] inputs, int index)
    {
        bool Takes(int value) => model.FindSessionInputFault(
            [.. inputs.Select((input, i) => i == index ? input with { Values = Enumerable.Repeat((float)value, input.Values.Length).ToArray() } : input)]) is null;

        return Vocabulary.Count(Takes);
    }
}
