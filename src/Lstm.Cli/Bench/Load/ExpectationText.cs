using System.Runtime.CompilerServices;

namespace Lstm.Cli.Bench.Load;

/// <summary>Says what was expected, and costs nothing when it came: the text is put together only otherwise.</summary>
[InterpolatedStringHandler]
internal ref struct ExpectationText
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Called by the compiler.</summary>
    /// <param name="literalLength">Characters between the values.</param>
    /// <param name="formattedCount">Values.</param>
    /// <param name="isSo">Whether the expectation is met.</param>
    /// <param name="isWanted">Whether the text is wanted.</param>
    public ExpectationText(int literalLength, int formattedCount, bool isSo, out bool isWanted)
    {
        isWanted = !isSo;
        _text = isWanted ? new(literalLength, formattedCount) : default;
    }

    /// <summary>Called by the compiler.</summary>
    /// <param name="text">Between values.</param>
    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    /// <summary>Called by the compiler.</summary>
    /// <typeparam name="T">Of the value.</typeparam>
    /// <param name="value">A value.</param>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>The text.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text.ToString();
}
