using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Cli.Bench.Cell;

/// <summary>What one core can do, measured here and now: the bound of every cell.</summary>
/// <param name="GigaFlops">Fused multiply-adds with one operand from the nearest cache, two operations each, in 10^9 a second.</param>
/// <param name="Bandwidths">How fast memory of a size is read over and over, in 10^9 bytes a second, the smallest first.</param>
internal sealed record MachineLimits(double GigaFlops, IReadOnlyList<(long Bytes, double GigaBytes)> Bandwidths)
{
    private const int Tries = 15;
    private static readonly TimeSpan Compilation = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(8);

    /// <summary>The least time that a step can take.</summary>
    /// <param name="flops">Operations of the whole batch.</param>
    /// <param name="bytes">Bytes of weights.</param>
    /// <returns>Microseconds: the larger of the time to compute and the time to read the weights once from where they fit.</returns>
    public double Microseconds(long flops, long bytes)
    {
        var fits = Bandwidths.Where(b => b.Bytes >= bytes).ToList();
        double rate = fits.Count > 0 ? fits[0].GigaBytes : Bandwidths[^1].GigaBytes;
        return Math.Max(flops / GigaFlops, bytes / rate) / 1e3;
    }

    /// <summary>Measures.</summary>
    /// <returns>The limits of this core.</returns>
    public static MachineLimits Measure() => VectorWidths.Best switch
    {
        VectorWidth.Bits512 => Measure<Float512>(),
        VectorWidth.Bits256 => Measure<Float256>(),
        VectorWidth.Bits128 => Measure<Float128>(),
        _ => Measure<Float1>(),
    };

    private static MachineLimits Measure<V>()
        where V : struct, IFloatVector<V>
    {
        var small = new AlignedBuffer(4096);
        double flops = Best(() => Multiply<V>(small), 64L * 2 * small.Length);
        long[] sizes = [16 << 10, 32 << 10, 128 << 10, 512 << 10, 1 << 20, 2 << 20, 4 << 20, 8 << 20, 32 << 20, 128 << 20];
        return new MachineLimits(flops, [.. sizes.Select(bytes =>
        {
            var buffer = new AlignedBuffer((int)(bytes / sizeof(float)));
            buffer.Span.Fill(1f);
            int passes = (int)Math.Max(1, (256 << 10) / bytes);
            return (bytes, Best(() => Read<V>(buffer, passes), bytes * passes));
        })]);
    }

    // Units per nanosecond of the best slice: a limit is what is possible.
    private static double Best(Action work, long units)
    {
        WarmUp(work);
        double best = 0;
        for (int n = 0; n < Tries; n++)
        {
            long rounds = 0;
            long start = Stopwatch.GetTimestamp();
            TimeSpan took;
            do
            {
                work();
                rounds++;
                took = Stopwatch.GetElapsedTime(start);
            }
            while (took < Slice);
            best = Math.Max(best, rounds * units / took.TotalNanoseconds);
        }
        return best;
    }

    // Until the runtime has compiled it for good: it counts calls, and waits a while.
    private static void WarmUp(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Compilation)
        {
            work();
        }
    }

    // 16 sums in flight, one operand from memory; 64 passes over 16 KiB.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<V>(AlignedBuffer buffer)
        where V : struct, IFloatVector<V>
    {
        V x = V.All(1e-9f);
        V a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x, m = x, n = x, o = x, p = x;
        for (int pass = 0; pass < 64; pass++)
        {
            ref float w = ref buffer.Start;
            for (int at = 0; at < buffer.Length; at += 16 * V.Width)
            {
                a = V.FusedMultiplyAdd(V.Load(ref w, 0), x, a);
                b = V.FusedMultiplyAdd(V.Load(ref w, V.Width), x, b);
                c = V.FusedMultiplyAdd(V.Load(ref w, 2 * V.Width), x, c);
                d = V.FusedMultiplyAdd(V.Load(ref w, 3 * V.Width), x, d);
                e = V.FusedMultiplyAdd(V.Load(ref w, 4 * V.Width), x, e);
                f = V.FusedMultiplyAdd(V.Load(ref w, 5 * V.Width), x, f);
                g = V.FusedMultiplyAdd(V.Load(ref w, 6 * V.Width), x, g);
                h = V.FusedMultiplyAdd(V.Load(ref w, 7 * V.Width), x, h);
                i = V.FusedMultiplyAdd(V.Load(ref w, 8 * V.Width), x, i);
                j = V.FusedMultiplyAdd(V.Load(ref w, 9 * V.Width), x, j);
                k = V.FusedMultiplyAdd(V.Load(ref w, 10 * V.Width), x, k);
                l = V.FusedMultiplyAdd(V.Load(ref w, 11 * V.Width), x, l);
                m = V.FusedMultiplyAdd(V.Load(ref w, 12 * V.Width), x, m);
                n = V.FusedMultiplyAdd(V.Load(ref w, 13 * V.Width), x, n);
                o = V.FusedMultiplyAdd(V.Load(ref w, 14 * V.Width), x, o);
                p = V.FusedMultiplyAdd(V.Load(ref w, 15 * V.Width), x, p);
                w = ref Unsafe.Add(ref w, 16 * V.Width);
            }
        }
        Keep(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read<V>(AlignedBuffer buffer, int passes)
        where V : struct, IFloatVector<V>
    {
        V a = V.All(0f), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (int pass = 0; pass < passes; pass++)
        {
            ref float w = ref buffer.Start;
            for (int at = 0; at < buffer.Length; at += 8 * V.Width)
            {
                a += V.Load(ref w, 0);
                b += V.Load(ref w, V.Width);
                c += V.Load(ref w, 2 * V.Width);
                d += V.Load(ref w, 3 * V.Width);
                e += V.Load(ref w, 4 * V.Width);
                f += V.Load(ref w, 5 * V.Width);
                g += V.Load(ref w, 6 * V.Width);
                h += V.Load(ref w, 7 * V.Width);
                w = ref Unsafe.Add(ref w, 8 * V.Width);
            }
        }
        Keep(a + b + c + d + e + f + g + h);
    }

    private static void Keep<V>(V value)
        where V : struct, IFloatVector<V> => V.Store(value, ref _sink[0], 0);

    private static readonly float[] _sink = new float[16];
}
