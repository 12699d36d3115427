namespace Lstm.Engine;

/// <summary>An input that is given once, when a session opens.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Lengths of its axes without the batch; null where <see cref="ModelInfo.SessionInputs"/> leaves no axis open, or one alone.</param>
/// <param name="Values">Row-major.</param>
public sealed record SessionInput(string Name, IReadOnlyList<int>? Shape, ReadOnlyMemory<float> Values)
{
    /// <summary>Inputs to try a model out with: zeros, of length 1 along open axes.</summary>
    /// <param name="info">The model.</param>
    /// <returns>One for each of <see cref="ModelInfo.SessionInputs"/>.</returns>
    internal static SessionInput[] Zeros(ModelInfo info) => [.. info.SessionInputs.Select(static i =>
    {
        int[] shape = [.. i.Shape.Select(static n => Math.Max(n, 1))];
        return new SessionInput(i.Name, shape, new float[shape.Aggregate(1, static (product, n) => product * n)]);
    })];

    /// <summary>Puts inputs into the order of the model's and completes their shapes.</summary>
    /// <param name="info">The model.</param>
    /// <param name="given">What was given.</param>
    /// <param name="fault">What is wrong with it: expected, found; null when it is fine.</param>
    /// <returns>One for each of <see cref="ModelInfo.SessionInputs"/>; empty when something is wrong.</returns>
    internal static SessionInput[] Complete(ModelInfo info, IReadOnlyList<SessionInput> given, out string? fault)
    {
        fault = FindFault(info, given);
        return fault is null ? [.. info.SessionInputs.Select(expected => Complete(expected, given.First(g => g.Name == expected.Name)))] : [];
    }

    private static string? FindFault(ModelInfo info, IReadOnlyList<SessionInput> given)
    {
        string names = info.SessionInputs.Count == 0 ? "none" : string.Join(", ", info.SessionInputs.Select(static i => $"'{i.Name}'"));
        foreach (SessionInput input in given)
        {
            TensorInfo? expected = info.SessionInputs.FirstOrDefault(i => i.Name == input.Name);
            if (expected is null)
            {
                return info.Inputs.Any(i => i.Name == input.Name)
                    ? $"The input '{input.Name}' is part of every step; inputs that are given once, when a session opens: {names}."
                    : $"The model has no input '{input.Name}' that is given once, when a session opens; it has {names}.";
            }
            if (given.Count(g => g.Name == input.Name) > 1)
            {
                return $"The input '{input.Name}' is given twice.";
            }
            if (!Fits(expected, input))
            {
                string found = input.Shape is null ? $"{input.Values.Length} values" : $"shape [{string.Join(", ", input.Shape)}] with {input.Values.Length} values";
                return $"Expected '{input.Name}' of shape {Describe(expected)} but got {found}.";
            }
            if (input.Values.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                return $"A value of '{input.Name}' is not a finite number.";
            }
        }
        return info.SessionInputs.FirstOrDefault(i => given.All(g => g.Name != i.Name)) is { } missing
            ? $"The input '{missing.Name}' of shape {Describe(missing)} is missing; it is given once, when a session opens."
            : null;
    }

    private static bool Fits(TensorInfo expected, SessionInput input)
    {
        if (input.Shape is null)
        {
            int open = expected.Shape.Count(static n => n == 0);
            return open == 0 ? input.Values.Length == expected.Size : open == 1 && input.Values.Length > 0 && input.Values.Length % FixedSize(expected) == 0;
        }
        return input.Shape.Count == expected.Shape.Count
            && input.Shape.Zip(expected.Shape).All(static n => n.First > 0 && (n.Second == 0 || n.First == n.Second))
            && input.Shape.Aggregate(1L, static (product, n) => product * n) == input.Values.Length;
    }

    private static SessionInput Complete(TensorInfo expected, SessionInput input) => input.Shape is not null ? input
        : input with { Shape = [.. expected.Shape.Select(n => n > 0 ? n : input.Values.Length / FixedSize(expected))] };

    private static int FixedSize(TensorInfo tensor) => tensor.Shape.Where(static n => n > 0).Aggregate(1, static (product, n) => product * n);

    private static string Describe(TensorInfo tensor) => $"[{string.Join(", ", tensor.Shape.Select(static n => n == 0 ? "any" : $"{n}"))}]";
}
