using System.Runtime.InteropServices;
using Lstm.Engine;

namespace Lstm.Service.Sessions;

/// <summary>
/// The states of all sessions of a model: a row for each, in slabs that never move. A row is [state | x | y]: beside the state lie the last
/// step's input and output, which answer a retry. Rows of ended sessions are used again; slabs stay for the life of the process.
/// </summary>
internal sealed class StatePool
{
    private const int SlabFloats = (1 << 20) / sizeof(float);
    private const int Alignment = 32 / sizeof(float);
    private const int CacheLineBytes = 64;

    private readonly Lock _gate = new();
    private readonly Stack<(float[] Slab, int Row)> _free = new();
    private readonly float[] _initial;
    private readonly int _rowFloats;
    private readonly int _rowsPerSlab;
    private float[] _slab = [];
    private int _fresh;
    private int _end;

    /// <summary>No rows yet.</summary>
    /// <param name="model">The model.</param>
    public StatePool(Model model)
    {
        (StateSize, InputWords, OutputWords) = (model.Info.StateSize, model.Info.InputWords, model.Info.OutputWords);
        _initial = new float[StateSize];
        if (model.Info.SessionInputs.Count == 0)
            model.CreateState().CopyTo(_initial); // else every session brings its own
        _rowFloats = checked(StateSize + InputWords + OutputWords + Alignment - 1) / Alignment * Alignment;
        _rowsPerSlab = Math.Max(1, SlabFloats / _rowFloats);
    }

    /// <summary>Words of a state.</summary>
    public int StateSize { get; }

    /// <summary>Words of x(t).</summary>
    public int InputWords { get; }

    /// <summary>Words of y(t).</summary>
    public int OutputWords { get; }

    /// <summary>Gives a row whose state is what the network starts from.</summary>
    /// <returns>The slab, and where the row begins in it.</returns>
    public (float[] Slab, int Row) Rent()
    {
        (float[] Slab, int Row) row;
        lock (_gate)
        {
            if (!_free.TryPop(out row))
                row = Fresh();
        }

        _initial.CopyTo(row.Slab, row.Row);
        return row;
    }

    /// <summary>Takes a row back that nobody uses any more.</summary>
    /// <param name="slab">Its slab.</param>
    /// <param name="row">Where it begins.</param>
    public void Return(float[] slab, int row)
    {
        lock (_gate)
            _free.Push((slab, row));
    }

    // Pages of a slab that no row has touched yet take no memory.
    private (float[] Slab, int Row) Fresh()
    {
        if (_fresh == _end)
        {
            _slab = GC.AllocateUninitializedArray<float>((_rowsPerSlab * _rowFloats) + (CacheLineBytes / sizeof(float)), pinned: true);
            int misplaced = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_slab, 0) & (CacheLineBytes - 1));
            _fresh = ((CacheLineBytes - misplaced) & (CacheLineBytes - 1)) / sizeof(float);
            _end = _fresh + (_rowsPerSlab * _rowFloats);
        }

        int row = _fresh;
        _fresh += _rowFloats;
        return (_slab, row);
    }
}
