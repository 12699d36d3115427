using System.Buffers;
using System.Globalization;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// Writes the fault of a handle that is not open, which a message of some kilobytes can ask for thousands of times: for each number of digits
/// the bytes are made once, and only the digits change. Allocates nothing.
/// </summary>
internal static class HandleNotOpenWriter
{
    private const int MostDigits = 10;

    // The bytes before the first place of the handle, between the two, and after the second.
    private static readonly (byte[] Before, byte[] Between, byte[] After)[] ByDigits = [.. Enumerable.Range(1, MostDigits).Select(MakePieces)];

    /// <summary>Bytes of the error.</summary>
    /// <param name="handle">The handle.</param>
    /// <returns>Without tag, length and step.</returns>
    public static int Measure(uint handle)
    {
        int digits = 1;
        for (uint rest = handle; rest > 9; rest /= 10)
            digits++;
        var (before, between, after) = ByDigits[digits - 1];
        return before.Length + between.Length + after.Length + 2 * digits;
    }

    /// <summary>Writes the error.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="handle">The handle.</param>
    public static void Write(ref ProtoOutput output, uint handle)
    {
        Span<byte> digits = stackalloc byte[MostDigits];
        handle.TryFormat(digits, out int count, default, CultureInfo.InvariantCulture);
        digits = digits[..count];
        var (before, between, after) = ByDigits[count - 1];
        output.WriteBytes(before);
        output.WriteBytes(digits);
        output.WriteBytes(between);
        output.WriteBytes(digits);
        output.WriteBytes(after);
    }

    // Where the errors of 111 and 222 differ is the handle.
    private static (byte[] Before, byte[] Between, byte[] After) MakePieces(int digits)
    {
        var (ones, twos) = (Make(digits, '1'), Make(digits, '2'));
        int first = ones.AsSpan().CommonPrefixLength(twos);
        int second = ones.Length - 1;
        while (ones[second] == twos[second])
            second--;
        second -= digits - 1;
        return (ones[..first], ones[(first + digits)..second], ones[(second + digits)..]);
    }

    private static byte[] Make(int digits, char digit)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var output = new ProtoOutput(bytes);
        FaultWriter.Write(ref output, Throw.HandleNotOpen(uint.Parse(new string(digit, digits), CultureInfo.InvariantCulture)));
        output.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
