namespace Lstm.Engine.Layers;

/// <summary>
/// A sum, mean, maximum or minimum over all timesteps so far, value by value. Sums carry what rounding lost (Kahan 1965, Neumaier 1974), so
/// that the error does not grow with the length of a stream; the count is kept in two floats, exact to 2^44.
/// </summary>
/// <param name="Kind">What is kept.</param>
/// <param name="X">Offset of x(t), [Size].</param>
/// <param name="Y">Offset of the result, [Size].</param>
/// <param name="Size">Number of values.</param>
/// <param name="OldValue">Offset of the sum or the extreme so far, [Size].</param>
/// <param name="NewValue">Where the next one goes.</param>
/// <param name="OldRest">Offset of what rounding lost so far, [Size]; not read for extremes.</param>
/// <param name="NewRest">Where the next one goes.</param>
/// <param name="OldCount">Offset of the number of timesteps so far, [2]: units, and 2^20s.</param>
/// <param name="NewCount">Where the next one goes.</param>
internal sealed record RunningLayerSpec(
    RunningKind Kind, int X, int Y, int Size, int OldValue, int NewValue, int OldRest, int NewRest, int OldCount, int NewCount) : LayerSpec
{
    private const float Carry = 1 << 20;

    /// <inheritdoc/>
    public override Layer Create<V>() => new RunningLayer(this);

    private sealed class RunningLayer(RunningLayerSpec at) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                double count = at.Kind is RunningKind.Max or RunningKind.Min ? 0 : Count(row);
                for (int n = 0; n < at.Size; n++)
                {
                    float x = row[at.X + n];
                    float old = row[at.OldValue + n];
                    if (at.Kind is RunningKind.Max or RunningKind.Min)
                    {
                        float best = at.Kind == RunningKind.Max ? MathF.Max(old, x) : MathF.Min(old, x);
                        row[at.NewValue + n] = best;
                        row[at.Y + n] = best;
                        continue;
                    }
                    x = at.Kind == RunningKind.SumOfSquares ? x * x : x;
                    float sum = old + x;
                    float lost = MathF.Abs(old) >= MathF.Abs(x) ? old - sum + x : x - sum + old;
                    float rest = row[at.OldRest + n] + (float.IsFinite(sum) ? lost : 0f);
                    row[at.NewValue + n] = sum;
                    row[at.NewRest + n] = rest;
                    row[at.Y + n] = at.Kind == RunningKind.Mean ? (float)(((double)sum + rest) / count) : sum + rest;
                }
            }
        }

        private double Count(Span<float> row)
        {
            float units = row[at.OldCount] + 1f;
            float carries = row[at.OldCount + 1];
            (units, carries) = units >= Carry ? (0f, carries + 1f) : (units, carries);
            row[at.NewCount] = units;
            row[at.NewCount + 1] = carries;
            return units + ((double)carries * Carry);
        }
    }
}
