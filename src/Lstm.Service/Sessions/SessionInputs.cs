using System.Runtime.InteropServices;
using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Options;

namespace Lstm.Service.Sessions;

/// <summary>What models are given once, when a session opens: checked, bounded, and turned into the state that the session starts from.</summary>
/// <param name="options">Limits.</param>
internal sealed class SessionInputs(SessionsOptions options)
{
    /// <summary>More names than any model has; what sends more is refused before it is read.</summary>
    public const int MaxNames = 64;

    private long _values;

    /// <summary>Makes the state that a session starts from, and reserves what its inputs take.</summary>
    /// <param name="served">The model.</param>
    /// <param name="inputs">As they came.</param>
    /// <returns>The state; null for a model that is given nothing.</returns>
    /// <exception cref="LstmException">SESSION_INPUTS or SESSION_INPUTS_TOO_LARGE.</exception>
    public ModelState? Take(ServedModel served, IReadOnlyList<SessionInput> inputs)
    {
        if (Create(served, inputs, sequence: null) is not { } state)
            return null;
        long values = Count(inputs);
        if (Interlocked.Add(ref _values, values) <= options.MaxTotalInputValues)
            return state;
        Interlocked.Add(ref _values, -values);
        throw Throw.SessionInputsTooLarge(served.Name, "values of all sessions together", values, options.MaxTotalInputValues, "Lstm:Sessions:MaxTotalInputValues");
    }

    /// <summary>Gives back what a session's inputs took.</summary>
    /// <param name="inputs">Its inputs.</param>
    public void Return(IReadOnlyList<SessionInput> inputs) => Interlocked.Add(ref _values, -Count(inputs));

    /// <summary>Makes the state that a session or a sequence starts from.</summary>
    /// <param name="served">The model.</param>
    /// <param name="inputs">As they came.</param>
    /// <param name="sequence">Which sequence of a prediction, from 0, for the message; null for a session.</param>
    /// <returns>The state; null for a model that is given nothing.</returns>
    /// <exception cref="LstmException">SESSION_INPUTS or SESSION_INPUTS_TOO_LARGE.</exception>
    public ModelState? Create(ServedModel served, IReadOnlyList<SessionInput> inputs, int? sequence)
    {
        if (served.Model.Info.SessionInputs.Count == 0 && inputs.Count == 0)
            return null;
        if (Count(inputs) is var values && values > options.MaxInputValues)
            throw Throw.SessionInputsTooLarge(served.Name, "values for a session", values, options.MaxInputValues, "Lstm:Sessions:MaxInputValues");
        if (served.Model.FindSessionInputFault(inputs) is { } fault)
            throw Throw.SessionInputs(served.Name, sequence, fault);
        return served.Model.CreateState(inputs);
    }

    /// <summary>Whether a session that is resumed was opened with the same inputs.</summary>
    /// <param name="opened">What it was opened with.</param>
    /// <param name="given">What comes with the resumption; nothing is fine.</param>
    /// <returns>The name of one that differs; null when none does.</returns>
    public static string? FindOther(IReadOnlyList<SessionInput> opened, IReadOnlyList<SessionInput> given) => given.FirstOrDefault(g => !opened.Any(o =>
        o.Name == g.Name && MemoryMarshal.AsBytes(o.Values.Span).SequenceEqual(MemoryMarshal.AsBytes(g.Values.Span)) && (o.Shape is null || g.Shape is null || o.Shape.SequenceEqual(g.Shape))))?.Name;

    /// <summary>Whole numbers as the values that inputs have; what floats cannot hold exactly is made one that no model takes.</summary>
    /// <param name="integers">The numbers.</param>
    /// <returns>The values.</returns>
    public static float[] ToFloats(ReadOnlySpan<long> integers)
    {
        var values = new float[integers.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Abs((double)integers[i]) <= 1 << 24 ? integers[i] : float.MaxValue;
        return values;
    }

    /// <summary>Values in all inputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <returns>Their number.</returns>
    public static long Count(IReadOnlyList<SessionInput> inputs)
    {
        long count = 0;
        foreach (var input in inputs)
            count += input.Values.Length;
        return count;
    }
}
