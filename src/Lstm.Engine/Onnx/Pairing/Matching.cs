namespace Lstm.Engine.Onnx.Pairing;

/// <summary>An assignment of state inputs to outputs.</summary>
/// <param name="Pairs">Number of an input and number of what it is assigned to.</param>
/// <param name="Cost">The sum of the pairs' costs.</param>
internal sealed record Matching(IReadOnlyList<(int Left, int Right)> Pairs, long Cost)
{
    /// <summary>Finds an assignment with the most pairs, and of these the cheapest.</summary>
    /// <param name="costs">For each input and target the cost of the pair; null where they do not fit.</param>
    /// <param name="most">The most pairs allowed.</param>
    /// <returns>The assignment; one of several when they cost the same.</returns>
    public static Matching Find(long?[,] costs, int most)
    {
        int lefts = costs.GetLength(0);
        int rights = costs.GetLength(1);
        int[] rightOf = [.. Enumerable.Repeat(-1, lefts)];
        int[] leftOf = [.. Enumerable.Repeat(-1, rights)];
        for (int n = 0; n < most && Augment(costs, rightOf, leftOf); n++)
        {
        }
        (int, int)[] pairs = [.. rightOf.Index().Where(static p => p.Item >= 0).Select(static p => (p.Index, p.Item))];
        return new Matching(pairs, pairs.Sum(p => costs[p.Item1, p.Item2]!.Value)); // assigned only where there is a cost
    }

    // Successive shortest paths: each augmentation of the cheapest assignment of n pairs gives the cheapest of n + 1.
    private static bool Augment(long?[,] costs, int[] rightOf, int[] leftOf)
    {
        long?[] distance = new long?[rightOf.Length];
        long?[] reached = new long?[leftOf.Length];
        int[] from = new int[leftOf.Length];
        for (int left = 0; left < rightOf.Length; left++)
        {
            distance[left] = rightOf[left] < 0 ? 0 : null;
        }
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int left = 0; left < rightOf.Length; left++)
            {
                for (int right = 0; distance[left] is { } so && right < leftOf.Length; right++)
                {
                    if (rightOf[left] == right || costs[left, right] is not { } cost || so + cost >= (reached[right] ?? long.MaxValue))
                    {
                        continue;
                    }
                    reached[right] = so + cost;
                    from[right] = left;
                    changed = true;
                    if (leftOf[right] is >= 0 and var back)
                    {
                        distance[back] = so + cost - costs[back, right]!.Value; // assigned only where there is a cost
                    }
                }
            }
        }
        int end = -1;
        for (int right = 0; right < leftOf.Length; right++)
        {
            end = leftOf[right] < 0 && reached[right] is { } cost && (end < 0 || cost < reached[end]) ? right : end;
        }
        for (int right = end; right >= 0;)
        {
            int left = from[right];
            leftOf[right] = left;
            (rightOf[left], right) = (right, rightOf[left]);
        }
        return end >= 0;
    }
}
