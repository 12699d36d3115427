namespace Lstm.Engine.Onnx.Operators;

/// <summary>The equation of an Einsum: the letters of each operand's axes and of the result's.</summary>
/// <param name="Operands">Letters of the operands.</param>
/// <param name="Result">Letters of the result.</param>
internal sealed record EinsumEquation(IReadOnlyList<string> Operands, string Result)
{
    // No equation uses these as letters: they stand for the axes of an ellipsis, the last one first.
    private const char FirstOfEllipsis = '\u2460';

    /// <summary>Reads an equation.</summary>
    /// <param name="text">E.g. "btgi,gih->btgh"; without an arrow the result has the letters that stand once, sorted.</param>
    /// <param name="ranks">Axes of the operands.</param>
    /// <returns>The equation, ellipses spelt out.</returns>
    /// <exception cref="NodeFaultException">It does not fit the operands, or takes a diagonal.</exception>
    public static EinsumEquation Read(string text, IReadOnlyList<int> ranks)
    {
        string[] sides = text.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != ranks.Count)
        {
            throw NodeFaultException.Wrong($"the equation '{text}' has {terms.Length} terms for {ranks.Count} inputs; expected one for each.");
        }
        int maxAxes = 0;
        for (int n = 0; n < terms.Length; n++)
        {
            int more = ranks[n] - (terms[n].Length - (terms[n].Contains("...", StringComparison.Ordinal) ? 3 : 0));
            if (more < 0 || (more > 0 && !terms[n].Contains("...", StringComparison.Ordinal)))
            {
                throw NodeFaultException.Wrong($"the term '{terms[n]}' of the equation '{text}' is for an input with {ranks[n]} axes.");
            }
            maxAxes = Math.Max(maxAxes, more);
            terms[n] = terms[n].Replace("...", Ellipsis(more), StringComparison.Ordinal);
        }
        string all = string.Concat(terms);
        string result = sides.Length == 2
            ? sides[1].Replace("...", Ellipsis(maxAxes), StringComparison.Ordinal)
            : Ellipsis(maxAxes) + string.Concat(all.Where(c => c < FirstOfEllipsis && all.Count(other => other == c) == 1).Order());
        if (terms.Append(result).Any(static term => term.Distinct().Count() != term.Length))
        {
            throw new NodeFaultException($"the equation '{text}' names an axis twice in one term; diagonals are not taken.");
        }
        return result.All(all.Contains) ? new EinsumEquation(terms, result) : throw NodeFaultException.Wrong($"the equation '{text}' has letters in its result that no term has.");
    }

    private static string Ellipsis(int axes) => string.Concat(Enumerable.Range(0, axes).Select(n => (char)(FirstOfEllipsis + axes - 1 - n)));
}
