using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>
/// Working memory of one run: a row for each session of the batch, and in every row, at the same offsets, all the values
/// of one step: inputs, what the layers compute, old and new state.
/// </summary>
internal sealed class Frame
{
    /// <summary>Sessions that pass over a layer's weights together; more take turns, so that their sums stay in a near cache.</summary>
    public const int MostTogether = 128;

    private readonly AlignedBuffer _rows;
    private readonly AlignedBuffer _sums;
    private int _first;

    /// <summary>Reserves the rows.</summary>
    /// <param name="rowLength">Floats that the values of one session take.</param>
    /// <param name="capacity">The largest number of sessions in one run.</param>
    public Frame(int rowLength, int capacity)
    {
        // An odd number of cache lines from row to row, so that the same value of many sessions does not fall into one cache set.
        Stride = VectorWidths.Pad(rowLength);
        Stride += (Stride / VectorWidths.RowAlignment) % 2 == 0 ? VectorWidths.RowAlignment : 0;
        Capacity = capacity;
        _rows = new AlignedBuffer(checked(Stride * capacity));
        _sums = new AlignedBuffer(PackedMatrix.UsualPanel * Math.Max(Panels.Together, Math.Min(MostTogether, capacity)));
    }

    /// <summary>Floats from one session's row to the next.</summary>
    public int Stride { get; }

    /// <summary>The largest number of sessions in one run.</summary>
    public int Capacity { get; }

    /// <summary>Whether this run stores the gates.</summary>
    public bool ShowGates { get; set; }

    /// <summary>
    /// Whether layers walk through their weights from the end: every other run, so that a run begins with the weights that the one before
    /// left in the nearer caches.
    /// </summary>
    public bool Backward { get; set; }

    /// <summary>Room for a panel's sums of every session, [<see cref="MostTogether"/>, 64], or for a few panels' sums of one.</summary>
    public ref float Sums => ref _sums.Start;

    /// <summary>The row that counts as the first; 0 unless the rows hold a sequence and a layer works on one timestep of it.</summary>
    public int First
    {
        get => _first / Stride;
        set => _first = value * Stride;
    }

    /// <summary>The first session's row.</summary>
    public ref float Start => ref Unsafe.Add(ref _rows.Start, _first);

    /// <summary>The beginning of one session's row.</summary>
    /// <param name="session">Number of the session in the batch, from 0.</param>
    /// <returns>Its first float.</returns>
    public ref float StartOf(int session) => ref Unsafe.Add(ref _rows.Start, _first + (session * Stride));

    /// <summary>One session's row.</summary>
    /// <param name="session">Number of the session in the batch, from 0.</param>
    /// <returns>[<see cref="Stride"/>].</returns>
    public Span<float> Row(int session) => _rows.Span.Slice(_first + (session * Stride), Stride);
}
