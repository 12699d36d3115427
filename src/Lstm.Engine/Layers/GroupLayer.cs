namespace Lstm.Engine.Layers;

/// <summary>
/// Applies a function to groups of values of one step: softmax and normalisation over an axis, sums and means. A group's values are
/// visited in their order, so a result does not depend on batch or width.
/// </summary>
/// <param name="Function">From a group's values to as many results, or to one.</param>
/// <param name="X">Offset of the values.</param>
/// <param name="Y">Offset of the results.</param>
/// <param name="Members">For each group and member its place among the values, [groups, members].</param>
/// <param name="GroupSize">Members of a group.</param>
/// <param name="OneResult">Whether a group has one result, at the group's number; otherwise results stand where the values stood.</param>
internal sealed record GroupLayerSpec(GroupFunction Function, int X, int Y, int[] Members, int GroupSize, bool OneResult) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new GroupLayer(this);

    private sealed class GroupLayer(GroupLayerSpec spec) : Layer
    {
        // Values per group that fit on the stack; larger groups are gathered in memory of the thread's own.
        private const int StackSize = 1024;

        [ThreadStatic]
        private static float[]? _large;

        public override void Run(Frame frame, int batch)
        {
            Span<float> members = spec.GroupSize <= StackSize ? stackalloc float[spec.GroupSize] : Large(spec.GroupSize);
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                for (int group = 0; group * spec.GroupSize < spec.Members.Length; group++)
                {
                    ReadOnlySpan<int> places = spec.Members.AsSpan(group * spec.GroupSize, spec.GroupSize);
                    for (int n = 0; n < places.Length; n++)
                    {
                        members[n] = row[spec.X + places[n]];
                    }
                    spec.Function(members);
                    if (spec.OneResult)
                    {
                        row[spec.Y + group] = members[0];
                        continue;
                    }
                    for (int n = 0; n < places.Length; n++)
                    {
                        row[spec.Y + places[n]] = members[n];
                    }
                }
            }
        }

        private static Span<float> Large(int size)
        {
            if (_large is null || _large.Length < size)
            {
                _large = new float[size];
            }
            return _large.AsSpan(0, size);
        }
    }
}

/// <summary>Replaces the values of a group by the results; a single result goes to the first place.</summary>
/// <param name="values">The group, at least one value.</param>
internal delegate void GroupFunction(Span<float> values);
