using Google.Protobuf.Collections;
using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Sessions;
using Lstm.V1;
using OpenMode = Lstm.Service.Sessions.OpenMode;

namespace Lstm.Service.Grpc;

/// <summary>Sessions and steps as the protocol writes them.</summary>
internal static class ProtoMessages
{
    /// <summary>Reads a mode.</summary>
    /// <param name="mode">As it came.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="LstmException">INVALID_OPEN_MODE.</exception>
    public static OpenMode Read(V1.OpenMode mode) => mode switch
    {
        V1.OpenMode.Unspecified or V1.OpenMode.Create => OpenMode.Create,
        V1.OpenMode.Resume => OpenMode.Resume,
        V1.OpenMode.CreateOrResume => OpenMode.CreateOrResume,
        _ => throw new LstmException(ErrorCode.InvalidOpenMode, $"Expected an OpenMode of 0 to 3 but got {(int)mode}.", ("mode", ((int)mode).ToString(System.Globalization.CultureInfo.InvariantCulture))),
    };

    /// <summary>Writes a session.</summary>
    /// <param name="session">The session.</param>
    /// <returns>The message.</returns>
    public static V1.Session Write(SessionSnapshot session)
    {
        var message = new V1.Session
        {
            SessionId = session.Id,
            Model = session.Model.Name,
            Step = session.Step,
            CreatedAt = Rfc3339.Format(session.CreatedAt),
            LastStepAt = session.LastStepAt is { } at ? Rfc3339.Format(at) : "",
            Resumed = session.Resumed,
            InputSize = (uint)session.Model.InputSize,
            OutputSize = (uint)session.Model.OutputSize,
        };
        Write(message.State, session.Model.Model.Info.States, session.State);
        Write(message.State, session.Kept);
        return message;
    }

    /// <summary>Writes a page of sessions.</summary>
    /// <param name="page">The page.</param>
    /// <returns>The message.</returns>
    public static ListSessionsReply Write(SessionPage page) =>
        new() { Sessions = { page.Sessions.Select(Write) }, NextPageToken = page.NextPageToken, Total = (ulong)page.Total };

    /// <summary>Adds a session's step to a group.</summary>
    /// <param name="group">Where to.</param>
    /// <param name="entry">The step, without its input.</param>
    /// <param name="x">Its input, as it came.</param>
    /// <param name="integers">Its whole numbers, when they came apart.</param>
    public static void Add(StepGroup group, StepEntry entry, RepeatedField<float> x, RepeatedField<long> integers)
    {
        if (integers.Count > 0 || entry.Session?.Model.LeavesIntegersOut(Math.Max(1, entry.AskedCount), x.Count) == true)
        {
            group.Add(entry, [.. x], [.. integers]);
            return;
        }

        (entry.X, entry.XLength) = (group.X.Extend(x.Count), x.Count);
        x.CopyTo(group.X.Items, entry.X);
        group.Add(entry);
    }

    /// <summary>Writes an answer into a message that is used again and again.</summary>
    /// <param name="group">The steps.</param>
    /// <param name="n">Which one.</param>
    /// <param name="model">Its model.</param>
    /// <param name="result">The message; whatever it held is gone.</param>
    public static void Write(StepGroup group, int n, ServedModel model, StepResult result)
    {
        ref readonly var entry = ref group[n];
        result.Step = entry.DoneStep;
        result.Count = (uint)entry.Count;
        result.Replayed = entry.Replayed;
        result.Y.Clear();
        result.YIntegers.Clear();
        var y = group.Y(n);
        for (int row = 0; row < entry.Count && model.OutputWords > model.OutputSize; row++)
            result.Y.AddRange(FloatPiece.Of(y.Slice(row * model.OutputWords, model.OutputSize)));
        if (model.OutputWords == model.OutputSize)
            result.Y.AddRange(FloatPiece.Of(y));
        if (model.OutputIntegers.Count > 0)
            result.YIntegers.AddRange(model.OutputIntegers.ReadAll(y.Span, model.OutputWords));
        result.State.Clear();
        Write(result.State, model.Model.Info.States, group.State(n));
        if (entry.WantState)
            Write(result.State, entry.Session?.Context?.Inputs ?? []);
        result.Gates.Clear();
        Write(result.Gates, model.Model.Info.Gates, group.Gates(n));
    }

    /// <summary>Appends floats, growing the field once.</summary>
    /// <param name="list">Where to.</param>
    /// <param name="values">What.</param>
    public static void Write(RepeatedField<float> list, ReadOnlySpan<float> values)
    {
        list.Capacity = Math.Max(list.Capacity, list.Count + values.Length);
        foreach (float value in values)
            list.Add(value);
    }

    /// <summary>Reads what a session is given when it opens.</summary>
    /// <param name="inputs">As it came.</param>
    /// <returns>The inputs; a shape that was left out is null.</returns>
    public static SessionInput[] Read(RepeatedField<NamedTensor> inputs) =>
        [.. inputs.Select(static t => new SessionInput(t.Name, t.Shape.Count == 0 ? null : [.. t.Shape.Select(static n => (int)Math.Min(n, int.MaxValue))], t.Integers.Count > 0 ? SessionInputs.ToFloats([.. t.Integers]) : t.Values.ToArray()))];

    /// <summary>Adds what a session was given when it opened to its state.</summary>
    /// <param name="tensors">Where to.</param>
    /// <param name="kept">The inputs.</param>
    public static void Write(RepeatedField<NamedTensor> tensors, IReadOnlyList<SessionInput> kept)
    {
        foreach (var input in kept)
        {
            var tensor = new NamedTensor { Name = input.Name };
            tensor.Shape.AddRange((input.Shape ?? []).Select(static n => (uint)n));
            Write(tensor.Values, input.Values.Span);
            tensors.Add(tensor);
        }
    }

    /// <summary>Cuts a flat vector into its named pieces.</summary>
    /// <param name="tensors">Where to.</param>
    /// <param name="slices">What lies where.</param>
    /// <param name="values">The vector; empty: nothing was asked for.</param>
    public static void Write(RepeatedField<NamedTensor> tensors, IReadOnlyList<NamedSlice> slices, ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        foreach (var slice in slices)
        {
            var tensor = new NamedTensor { Name = slice.Name };
            tensor.Shape.AddRange(slice.Shape.Select(static n => (uint)n));
            if (slice.IsInteger)
                tensor.Integers.AddRange(IntegerWords.Of(values.Slice(slice.Offset, slice.Words)).ToArray());
            else
                Write(tensor.Values, values.Slice(slice.Offset, slice.Length));
            tensors.Add(tensor);
        }
    }
}
