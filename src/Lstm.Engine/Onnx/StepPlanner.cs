using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx;

/// <summary>Collects what a step, or a whole sequence, does while the graph is traced: the row's layout, the layers, the state.</summary>
/// <param name="isWhole">Whether whole sequences are planned; otherwise what needs another timestep is refused.</param>
/// <param name="fixedLength">T as the file declares it, null when it leaves it open.</param>
/// <param name="fixedBatch">B as the file declares it, null when it leaves it open.</param>
internal sealed class StepPlanner(bool isWhole, int? fixedLength = null, int? fixedBatch = null)
{
    // 64 MiB for each session of a batch.
    private const int MostFloats = 1 << 24;

    private readonly List<PlanPart> _parts = [];
    private readonly List<StateSlot> _states = [];
    private readonly List<StateSlot> _inner = [];
    private readonly List<LayerInfo> _recurrent = [];
    private readonly List<NamedSlice> _gates = [];
    private readonly List<int> _gateOffsets = [];
    private readonly List<InputRange> _ranges = [];
    private readonly Dictionary<string, int> _numbers = [];
    private List<Func<LayerSpec>> _open = [];
    private int _depth;
    private int _stateSize;
    private int _gateSize;

    /// <summary>Whether whole sequences are planned.</summary>
    public bool IsWhole { get; } = isWhole;

    /// <summary>T as the file declares it.</summary>
    public int? FixedLength { get; } = fixedLength;

    /// <summary>B as the file declares it.</summary>
    public int? FixedBatch { get; } = fixedBatch;

    /// <summary>How the weights of recurrent layers are kept.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>Whether a value of the last timestep that is repeated T times is repeated over time.</summary>
    public bool RepeatsAreTime { get; init; }

    /// <summary>Whether a number in the file was taken for T, so that whole sequences must have just that length.</summary>
    public bool LengthIsUsed { get; private set; }

    /// <summary>Floats of a session's row so far.</summary>
    public int RowLength { get; private set; }

    /// <summary>Floating-point operations of a step so far.</summary>
    public long Flops { get; private set; }

    /// <summary>What is done, in order.</summary>
    public IReadOnlyList<PlanPart> Parts
    {
        get
        {
            CloseTimestepPart();
            return _parts;
        }
    }

    /// <summary>The state, piece by piece.</summary>
    public IReadOnlyList<StateSlot> States => _states;

    /// <summary>The recurrent layers.</summary>
    public IReadOnlyList<LayerInfo> Recurrent => _recurrent;

    /// <summary>The gates, as users see them.</summary>
    public IReadOnlyList<NamedSlice> Gates => _gates;

    /// <summary>For each of <see cref="Gates"/> where it lies in a session's row.</summary>
    public IReadOnlyList<int> GateOffsets => _gateOffsets;

    /// <summary>What integer inputs must keep to.</summary>
    public IReadOnlyList<InputRange> Ranges => _ranges;

    /// <summary>Places of the input that state how long a sequence is.</summary>
    public HashSet<int> LengthPlaces { get; } = [];

    /// <summary>Reserves a place in every session's row.</summary>
    /// <param name="size">Number of values.</param>
    /// <returns>The offset, aligned to the widest vector; whole vectors fit up to the end of the values and beyond.</returns>
    /// <exception cref="NodeFaultException">The row would become longer than any network needs.</exception>
    public int Allocate(int size)
    {
        if (RowLength > MostFloats - size)
        {
            throw new NodeFaultException($"a step would need more than {MostFloats} values per session.");
        }
        int offset = RowLength;
        RowLength = checked(RowLength + VectorWidths.Pad(size));
        return offset;
    }

    /// <summary>Adds a layer.</summary>
    /// <param name="layer">Makes it.</param>
    /// <param name="flops">Floating-point operations that it takes per session.</param>
    public void Add(Func<LayerSpec> layer, long flops = 0)
    {
        _open.Add(layer);
        Flops += flops;
    }

    /// <summary>Adds a layer that works across timesteps.</summary>
    /// <param name="reason">Why a stream cannot do it; the fault unless whole sequences are planned.</param>
    /// <param name="layer">Makes it.</param>
    /// <exception cref="NodeFaultException">One step at a time is planned, or the node stands inside a recurrence.</exception>
    public void AddAcrossTime(string reason, Func<AcrossTimeLayer> layer)
    {
        if (!IsWhole)
        {
            throw NodeFaultException.NotStreamable(reason);
        }
        if (_depth > 0)
        {
            throw new NodeFaultException($"it works across timesteps inside a recurrence: {reason}");
        }
        CloseTimestepPart();
        _parts.Add(new AcrossTimePart(layer));
    }

    /// <summary>The layers that are added from here on carry states; recurrences within a recurrence become part of the outer one.</summary>
    public void BeginRecurrence()
    {
        if (_depth++ == 0)
        {
            CloseTimestepPart();
        }
    }

    /// <summary>Recurrences that are open.</summary>
    public int Depth => _depth;

    /// <summary>Forgets recurrences that a node left open because it was at fault.</summary>
    /// <param name="depth">How many were open before the node.</param>
    public void Abandon(int depth) => _depth = depth;

    /// <summary>Ends what <see cref="BeginRecurrence"/> began.</summary>
    /// <param name="states">The states that the layers carry.</param>
    /// <param name="reverse">Whether the last timestep comes first.</param>
    /// <param name="mask">sequence_lens.</param>
    public void EndRecurrence(IReadOnlyList<StateSlot> states, bool reverse = false, LengthMask? mask = null)
    {
        if (--_depth > 0)
        {
            _inner.AddRange(states);
            if (reverse || mask is not null)
            {
                throw new NodeFaultException("it runs over a whole sequence inside another recurrence.");
            }
            return;
        }
        _parts.Add(new RecurrentPart(_open, [.. _inner, .. states], reverse, mask));
        _inner.Clear();
        _open = [];
    }

    /// <summary>Adds a recurrent layer to the description.</summary>
    /// <param name="layer">The layer.</param>
    public void AddRecurrent(LayerInfo layer) => _recurrent.Add(layer);

    /// <summary>A number for the next part of a kind, from 0.</summary>
    /// <param name="kind">E.g. "layer".</param>
    /// <returns>The number.</returns>
    public int NextNumber(string kind)
    {
        int number = _numbers.GetValueOrDefault(kind);
        _numbers[kind] = number + 1;
        return number;
    }

    /// <summary>The number that <see cref="NextNumber"/> gave last.</summary>
    /// <param name="kind">E.g. "layer".</param>
    /// <returns>The number.</returns>
    public int LastNumber(string kind) => _numbers[kind] - 1;

    /// <summary>Adds a piece of state.</summary>
    /// <param name="name">E.g. "layer0.h".</param>
    /// <param name="length">Number of values.</param>
    /// <param name="start">What it starts from; null for zero.</param>
    /// <param name="shape">Its shape as users see it; null for [length].</param>
    /// <param name="reverse">Whether it runs from the last timestep to the first.</param>
    /// <param name="isGiven">Whether it never changes after a session's start.</param>
    /// <returns>The slot.</returns>
    public StateSlot AddState(string name, int length, TracedValue? start, IReadOnlyList<int>? shape = null, bool reverse = false, bool isGiven = false)
    {
        var slot = new StateSlot(name, _stateSize, length, Allocate(length), Allocate(length), start) { Shape = shape ?? [length], Reverse = reverse, IsGiven = isGiven };
        _states.Add(slot);
        _stateSize = checked(_stateSize + length);
        return slot;
    }

    /// <summary>Adds gates to what a step can show.</summary>
    /// <param name="name">E.g. "layer0.f".</param>
    /// <param name="length">Number of values.</param>
    /// <param name="offset">Where they lie in a session's row.</param>
    public void AddGate(string name, int length, int offset)
    {
        _gates.Add(new NamedSlice(name, _gateSize, [length]));
        _gateOffsets.Add(offset);
        _gateSize += length;
    }

    /// <summary>Adds a condition on an integer input.</summary>
    /// <param name="range">The condition.</param>
    public void AddRange(InputRange range) => _ranges.Add(range);

    /// <summary>Takes a number of the file for T, if it declares T and both are equal.</summary>
    /// <param name="number">The number.</param>
    /// <returns>Whether it is T.</returns>
    public bool TryTakeForLength(long number)
    {
        bool isLength = FixedLength is { } length && length == number;
        LengthIsUsed |= isLength;
        return isLength;
    }

    private void CloseTimestepPart()
    {
        if (_open.Count > 0 && _depth == 0)
        {
            _parts.Add(new TimestepPart(_open));
            _open = [];
        }
    }
}
