using Lstm.Engine;
using Lstm.Service.Errors;

namespace Lstm.Service.Models;

/// <summary>Rows of x as the engine takes them, out of floats and whole numbers that came apart.</summary>
internal static class InputRows
{
    // Floats hold every whole number up to here.
    private const long MostInFloat = 1 << 24;

    /// <summary>Refuses floats and whole numbers that are not as many as the rows need.</summary>
    /// <param name="served">The model.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="floats">Floats found.</param>
    /// <param name="integers">Whole numbers found.</param>
    /// <exception cref="LstmException">INPUT_SHAPE.</exception>
    public static void CheckSizes(ServedModel served, int count, int floats, int integers)
    {
        var sizes = served.InputIntegers;
        if (floats != (long)count * sizes.FloatCount || integers != (long)count * sizes.Count)
            throw Throw.InputShapes(served.Name, count, sizes.FloatCount, sizes.Count, floats, integers);
    }

    /// <summary>Puts rows together.</summary>
    /// <param name="served">The model.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="floats">[count, values of the floating-point inputs].</param>
    /// <param name="integers">[count, values of the integer and boolean inputs].</param>
    /// <param name="rows">[count, input_words].</param>
    /// <param name="fault">The exception for the model's name, a row and what is wrong with it.</param>
    /// <exception cref="LstmException">INPUT_RANGE: a whole number that the model's input does not hold.</exception>
    public static void Join(ServedModel served, int count, ReadOnlySpan<float> floats, ReadOnlySpan<long> integers, Span<float> rows, Func<string, int, string, LstmException> fault)
    {
        for (int row = 0; row < count; row++)
            Join(served, row, ref floats, ref integers, rows.Slice(row * served.InputWords, served.InputWords), fault);
    }

    /// <summary>Puts the whole numbers of rows that came as floats behind them, too.</summary>
    /// <param name="served">The model.</param>
    /// <param name="x">[count, input_size], checked.</param>
    /// <param name="rows">[count, input_words].</param>
    public static void Widen(ServedModel served, ReadOnlySpan<float> x, Span<float> rows)
    {
        for (; x.Length > 0; x = x[served.InputSize..], rows = rows[served.InputWords..])
        {
            x[..served.InputSize].CopyTo(rows);
            int offset = 0, exact = served.InputSize;
            foreach (var input in served.Model.Info.Inputs)
            {
                if (input.IsWide)
                {
                    var numbers = IntegerWords.Of(rows.Slice(exact, input.Size * IntegerWords.PerInteger));
                    for (int n = 0; n < numbers.Length; n++)
                        numbers[n] = (long)x[offset + n];
                    exact += input.Size * IntegerWords.PerInteger;
                }

                offset += input.Size;
            }
        }
    }

    private static void Join(ServedModel served, int number, ref ReadOnlySpan<float> floats, ref ReadOnlySpan<long> integers, Span<float> row, Func<string, int, string, LstmException> fault)
    {
        int offset = 0, exact = served.InputSize;
        foreach (var input in served.Model.Info.Inputs)
        {
            var place = row.Slice(offset, input.Size);
            offset += input.Size;
            if (!input.IsInteger)
            {
                floats[..input.Size].CopyTo(place);
                floats = floats[input.Size..];
                continue;
            }

            for (int n = 0; n < input.Size; n++)
            {
                long value = integers[n];
                if (!input.IsWide && (value < -MostInFloat || value > MostInFloat))
                    throw fault(served.Name, number, $"Expected whole numbers from {-MostInFloat} to {MostInFloat} of the input '{input.Name}' but got {value}. The native engine computes integers as floats; with \"backend\": \"onnxruntime\" in model.json the input takes all of {input.ElementType}.");
                place[n] = value;
                if (input.IsWide)
                    IntegerWords.Of(row.Slice(exact, IntegerWords.PerInteger))[0] = value;
                exact += input.IsWide ? IntegerWords.PerInteger : 0;
            }

            integers = integers[input.Size..];
        }
    }
}
