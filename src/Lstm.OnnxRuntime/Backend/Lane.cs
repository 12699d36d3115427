using Lstm.Engine;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Tensors of one step of a number of sessions, reserved and bound once; for one thread at a time.</summary>
internal sealed class Lane : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Plan _plan;
    private readonly RunOptions _options = new();
    private readonly RunClock _clock;
    private readonly TimeSpan _maxRunTime;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly TensorBuffer[] _inputBuffers;
    private readonly TensorBuffer[] _outputBuffers;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;
    private readonly int[][] _x;
    private readonly int[][] _y;
    private readonly int[][] _into;
    private readonly int[][] _from;

    /// <summary>Reserves the tensors.</summary>
    /// <param name="session">The graph in ONNX Runtime.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="count">B: number of sessions.</param>
    /// <param name="maxRunTime">The longest time of a run.</param>
    public Lane(InferenceSession session, Plan plan, int count, TimeSpan maxRunTime)
    {
        (_session, _plan, _maxRunTime) = (session, plan, maxRunTime);
        _clock = new(_options, maxRunTime);
        _inputNames = [.. plan.Inputs.Select(static t => t.Name)];
        int[] given = [.. plan.Outputs.Index().Where(static t => !t.Item.IsOpen).Select(static t => t.Index)];
        _outputNames = [.. given.Select(n => plan.Outputs[n].Name)];
        _inputBuffers = [.. plan.Inputs.Select(t => Reserve(t, count))];
        _outputBuffers = [.. plan.Outputs.Select(t => Reserve(t, count))];
        _inputs = [.. plan.Inputs.Select((t, n) => _inputBuffers[n].Wrap(t.ShapeOf(1, count)))];
        _outputs = [.. given.Select(n => _outputBuffers[n].Wrap(plan.Outputs[n].ShapeOf(1, count)))];
        _x = [.. plan.X.Select(s => Map(plan.Inputs, s, count))];
        _y = [.. plan.Y.Select(s => Map(plan.Outputs, s, count))];
        _into = [.. plan.States.Select(s => Map(plan.Inputs, s.Into, count))];
        _from = [.. plan.States.Select(s => Map(s.IsFromInput ? plan.Inputs : plan.Outputs, s.From, count))];
    }

    /// <summary>Puts a session's step in.</summary>
    /// <param name="session">Its number.</param>
    /// <param name="x">x(t).</param>
    /// <param name="state">The state.</param>
    public void Write(int session, ReadOnlySpan<float> x, ReadOnlySpan<float> state)
    {
        for (var n = 0; n < _x.Length; n++)
            Write(_plan.X[n], x, _x[n], session);
        for (var n = 0; n < _into.Length; n++)
            WriteState(_plan.States[n], state, _into[n], session);
    }

    /// <summary>Runs the graph.</summary>
    /// <param name="context">What the session was given when it opened; null for nothing.</param>
    /// <exception cref="InputRefusedException">ONNX Runtime refuses the values.</exception>
    /// <exception cref="RunTooLongException">It took too long.</exception>
    public void Run(SessionContext? context = null)
    {
        var given = (context as OrtSessionContext)?.Wrap() ?? [];
        _clock.Begin();
        try
        {
            _session.Run(_options, _inputNames, With(given), _outputNames, _outputs);
        }
        catch (OnnxRuntimeException error) when (_clock.IsStopped)
        {
            throw new RunTooLongException(_maxRunTime, error);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InputRefusedException($"ONNX Runtime {OrtModel.Version} does not run this step: {error.Message.Trim()}", error);
        }
        finally
        {
            _clock.End();
            foreach (var value in given)
                value.Dispose();
        }
    }

    // The tensors with a session's own in their places.
    private OrtValue[] With(OrtValue[] given)
    {
        if (given.Length == 0)
            return _inputs;
        OrtValue[] inputs = [.. _inputs];
        for (var n = 0; n < given.Length; n++)
            inputs[_plan.OnceGiven[n]] = given[n];
        return inputs;
    }

    /// <summary>Takes a session's results out.</summary>
    /// <param name="session">Its number.</param>
    /// <param name="y">y(t).</param>
    /// <param name="state">The state, which is replaced.</param>
    public void Read(int session, Span<float> y, Span<float> state)
    {
        for (var n = 0; n < _y.Length; n++)
        {
            Read(_plan.Outputs, _outputBuffers, _plan.Y[n], y, _y[n], session);
            if (_plan.Y[n].Exact is >= 0 and var exact && exact < y.Length)
                ReadIntegers(_plan.Outputs, _outputBuffers, _plan.Y[n], y[exact..], _y[n], session);
        }
        for (var n = 0; n < _from.Length; n++)
        {
            var slot = _plan.States[n];
            if (slot.IsInteger)
                ReadIntegers(_plan.Outputs, _outputBuffers, slot.From, state[slot.From.Offset..], _from[n], session);
            else
                Read(slot.IsFromInput ? _plan.Inputs : _plan.Outputs, slot.IsFromInput ? _inputBuffers : _outputBuffers, slot.From, state, _from[n], session);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _inputs.Concat(_outputs))
            value.Dispose();
        _options.Dispose();
    }

    // A row that ends before the whole numbers has them among its floats alone.
    private void Write(Slot slot, ReadOnlySpan<float> values, int[] map, int session)
    {
        if (slot.Exact >= 0 && slot.Exact < values.Length)
            WriteIntegers(slot, values[slot.Exact..], map, session);
        else
            _inputBuffers[slot.Tensor].Write(values.Slice(slot.Offset, slot.Size), map, ShiftOf(slot, session));
    }

    private void WriteState(StateSlot state, ReadOnlySpan<float> words, int[] map, int session)
    {
        if (state.IsInteger)
            WriteIntegers(state.Into, words[state.Into.Offset..], map, session);
        else
            _inputBuffers[state.Into.Tensor].Write(words.Slice(state.Into.Offset, state.Into.Size), map, ShiftOf(state.Into, session));
    }

    private void WriteIntegers(Slot slot, ReadOnlySpan<float> words, int[] map, int session) =>
        _inputBuffers[slot.Tensor].Write(IntegerWords.Of(words[..(slot.Size * IntegerWords.PerInteger)]), map, ShiftOf(slot, session));

    private int ShiftOf(Slot slot, int session) => session * _plan.Inputs[slot.Tensor].Stride(_plan.Inputs[slot.Tensor].Batch);

    private static void Read(IReadOnlyList<PlanTensor> tensors, TensorBuffer[] buffers, Slot slot, Span<float> values, int[] map, int session)
    {
        var tensor = tensors[slot.Tensor];
        buffers[slot.Tensor].Read(values.Slice(slot.Offset, slot.Size), map, session * tensor.Stride(tensor.Batch));
    }

    private static void ReadIntegers(IReadOnlyList<PlanTensor> tensors, TensorBuffer[] buffers, Slot slot, Span<float> words, int[] map, int session)
    {
        var tensor = tensors[slot.Tensor];
        buffers[slot.Tensor].Read(IntegerWords.Of(words[..(slot.Size * IntegerWords.PerInteger)]), map, session * tensor.Stride(tensor.Batch));
    }

    private static int[] Map(IReadOnlyList<PlanTensor> tensors, Slot slot, int count) => tensors[slot.Tensor].Map(tensors[slot.Tensor].Batch, count, slot.Piece);

    private static TensorBuffer Reserve(PlanTensor tensor, int count) =>
        TensorBuffer.Create(tensor.ElementType, checked((int)tensor.ShapeOf(1, count).Aggregate(1L, static (product, n) => product * n)));
}
