using System.Runtime.InteropServices;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>The inputs of all sessions: rows which each session walks through from a place of its own, so that any step of any session can be told again.</summary>
internal sealed class InputTable
{
    private const int StepFromSessionToSession = 31;

    private readonly float[] _values;
    private readonly ulong _rows;

    /// <summary>Lays the rows side by side.</summary>
    /// <param name="rows">Each [input_size].</param>
    /// <param name="chunk">Steps in a message.</param>
    public InputTable(float[][] rows, int chunk)
    {
        InputSize = rows[0].Length;
        _rows = (ulong)rows.Length;
        _values = [.. Enumerable.Range(0, rows.Length + chunk - 1).SelectMany(row => rows[row % rows.Length])];
    }

    /// <summary>Floats per step.</summary>
    public int InputSize { get; }

    /// <summary>x of a step and of those that follow it, as far as a chunk goes.</summary>
    /// <param name="session">Number of the session in the run.</param>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="count">Steps.</param>
    /// <returns>[count, input_size].</returns>
    public ReadOnlySpan<float> Input(int session, ulong step, int count = 1)
    {
        int row = (int)(((ulong)session * StepFromSessionToSession + step) % _rows);
        return _values.AsSpan(row * InputSize, count * InputSize);
    }

    /// <summary>The same as bytes, little-endian.</summary>
    /// <param name="session">Number of the session in the run.</param>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="count">Steps.</param>
    /// <returns>[count, input_size].</returns>
    public ReadOnlySpan<byte> InputBytes(int session, ulong step, int count = 1) => MemoryMarshal.AsBytes(Input(session, step, count));
}
