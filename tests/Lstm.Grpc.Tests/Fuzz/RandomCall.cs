namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>A call as it is sent: valid HTTP/2, of whatever sense.</summary>
internal sealed class RandomCall
{
    private static readonly string[] Methods = ["Unary", "ClientStream", "ServerStream", "Duplex", "Duplex", "Duplex", "NotThere", "Nowhere", "unary"];
    private static readonly string[] GoodTypes = ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", "APPLICATION/GRPC"];
    private static readonly string[] BadTypes = ["application/json", "application/grpc-web", "application/grpcx", "text/plain"];
    private static readonly string?[] Encodings = [null, null, "identity", "gzip", "gzip", "deflate", "deflate", "snappy"];
    private static readonly string[] NoTimeouts = ["100S", "99999999H", "1", "S", "-1S", "123456789S", "5 S", "+1S", "0x1S"];
    private static readonly string[] BinaryValues = ["AAE=", "AAE,/w", "!!", "A", "", ",", "===="];

    private RandomCall(Random random)
    {
        Method = Pick(random, Methods);
        HasGrpcType = random.Next(20) != 0;
        ContentType = Pick(random, HasGrpcType ? GoodTypes : BadTypes);
        Encoding = Pick(random, Encodings);
        IsOutOfTime = random.Next(25) == 0;
        Timeout = IsOutOfTime ? Pick(random, ["0S", "00000000n", "0H"]) : random.Next(4) == 0 ? Pick(random, NoTimeouts) : null;
        int most = Method is "Unary" or "ServerStream" && random.Next(4) != 0 ? 1 : 5;
        Messages = [.. Enumerable.Range(0, random.Next(10) == 0 ? 0 : random.Next(1, most + 1)).Select(_ => RandomMessage.Draw(random, Encoding))];
        byte[] whole = [.. Messages.SelectMany(message => message.Bytes)];
        Cut = whole.Length > 0 && random.Next(8) == 0 ? random.Next(whole.Length) : null;
        Body = Cut is { } length ? whole[..length] : whole;
        Reset = random.Next(12) == 0 ? (uint)random.Next(14) : null;
        EndsByTrailers = random.Next(10) == 0;
        Metadata = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) == 0 ? ("x-data-bin", Pick(random, BinaryValues)) : ("x-text", RandomText(random)))];
        Pieces = [.. Split(random, Body)];
        IsPadded = random.Next(6) == 0;
    }

    public string Method { get; }

    public bool HasGrpcType { get; }

    public string ContentType { get; }

    public string? Encoding { get; }

    public string? Timeout { get; }

    public bool IsOutOfTime { get; }

    public IReadOnlyList<RandomMessage> Messages { get; }

    /// <summary>Where the messages end too early; null: nowhere.</summary>
    public int? Cut { get; }

    public byte[] Body { get; }

    /// <summary>The body as it is spread over DATA frames, some of them empty.</summary>
    public IReadOnlyList<byte[]> Pieces { get; }

    public bool IsPadded { get; }

    /// <summary>RST_STREAM with this error takes the place of the end.</summary>
    public uint? Reset { get; }

    public bool EndsByTrailers { get; }

    public IReadOnlyList<(string Name, string Value)> Metadata { get; }

    public static RandomCall Draw(int seed) => new(new Random(seed));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Method} {ContentType} {Encoding ?? "no encoding"} {Timeout ?? "no timeout"} [{string.Join("; ", Messages.Select(message => message.What))}]"
        + $"{(Cut is { } cut ? $" cut after {cut} bytes" : "")} in {Pieces.Count} pieces{(Reset is { } error ? $", reset {error}" : "")}{(EndsByTrailers ? ", trailers" : "")}";

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    // Visible characters of Latin-1 without spaces at the ends, which HTTP does not allow.
    private static string RandomText(Random random) => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(0x21, 0x7F)));

    private static IEnumerable<byte[]> Split(Random random, byte[] body)
    {
        int largest = random.Next(3) switch { 0 when body.Length < 4000 => 3, 1 => 100, _ => 10_000 };
        for (int at = 0; at < body.Length;)
        {
            int size = Math.Min(random.Next(random.Next(10) == 0 ? 0 : 1, largest + 1), body.Length - at);
            yield return body[at..(at + size)];
            at += size;
        }
    }
}
