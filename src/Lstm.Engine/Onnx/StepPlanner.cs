using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx;

/// <summary>Collects what a step does while the graph is traced: the row's layout, the layers, the state.</summary>
internal sealed class StepPlanner
{
    // 64 MiB for each session of a batch.
    private const int MostFloats = 1 << 24;

    private readonly List<Func<LayerSpec>> _layers = [];
    private readonly List<StateSlot> _states = [];
    private readonly List<LayerInfo> _recurrent = [];
    private readonly List<NamedSlice> _gates = [];
    private readonly List<int> _gateOffsets = [];
    private readonly List<InputRange> _ranges = [];
    private int _stateSize;
    private int _gateSize;

    /// <summary>Floats of a session's row so far.</summary>
    public int RowLength { get; private set; }

    /// <summary>The layers in order, made only when the plan is accepted: packing weights is expensive.</summary>
    public IReadOnlyList<Func<LayerSpec>> Layers => _layers;

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
    public void Add(Func<LayerSpec> layer) => _layers.Add(layer);

    /// <summary>Adds a recurrent layer to the description.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>Its number, from 0.</returns>
    public int AddRecurrent(LayerInfo layer)
    {
        _recurrent.Add(layer);
        return _recurrent.Count - 1;
    }

    /// <summary>Adds a piece of state.</summary>
    /// <param name="name">E.g. "layer0.h".</param>
    /// <param name="length">Number of values.</param>
    /// <param name="start">What it starts from; null for zero.</param>
    /// <returns>The slot.</returns>
    public StateSlot AddState(string name, int length, TracedValue? start)
    {
        var slot = new StateSlot(name, _stateSize, length, Allocate(length), Allocate(length), start);
        _states.Add(slot);
        _stateSize += length;
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
}
