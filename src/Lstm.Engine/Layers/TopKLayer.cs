namespace Lstm.Engine.Layers;

/// <summary>The k best values of groups of values of one step, sorted, of equal ones the first, and their numbers in the group.</summary>
/// <param name="X">Offset of the values.</param>
/// <param name="Values">Offset of the best.</param>
/// <param name="Indices">Offset of their numbers.</param>
/// <param name="Members">For each group and member its place among the values, [groups, members].</param>
/// <param name="Places">For each group and result its place among the results, [groups, k].</param>
/// <param name="GroupSize">Members of a group.</param>
/// <param name="K">k.</param>
/// <param name="Largest">Whether the largest are the best.</param>
internal sealed record TopKLayerSpec(int X, int Values, int Indices, int[] Members, int[] Places, int GroupSize, int K, bool Largest) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new TopKLayer(this);

    private sealed class TopKLayer(TopKLayerSpec spec) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                for (int group = 0; group * spec.GroupSize < spec.Members.Length; group++)
                {
                    ReadOnlySpan<int> members = spec.Members.AsSpan(group * spec.GroupSize, spec.GroupSize);
                    ReadOnlySpan<int> places = spec.Places.AsSpan(group * spec.K, spec.K);
                    int last = -1;
                    for (int n = 0; n < spec.K; n++)
                    {
                        last = Next(row, members, last);
                        row[spec.Values + places[n]] = row[spec.X + members[last]];
                        row[spec.Indices + places[n]] = last;
                    }
                }
            }
        }

        // The best of those that come after the one before, in value or, where equal, in place.
        private int Next(ReadOnlySpan<float> row, ReadOnlySpan<int> members, int before)
        {
            int best = -1;
            for (int n = 0; n < members.Length; n++)
            {
                float value = row[spec.X + members[n]];
                bool isLeft = before < 0 || IsBetter(row[spec.X + members[before]], value) || (row[spec.X + members[before]] == value && n > before);
                best = isLeft && (best < 0 || IsBetter(value, row[spec.X + members[best]])) ? n : best;
            }
            // What is not a number comes in no order.
            return Math.Max(best, 0);
        }

        private bool IsBetter(float a, float b) => spec.Largest ? a > b : a < b;
    }
}
