using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Grpc.AspNetCore.Web;

namespace Lstm.Grpc.Tests.Web;

/// <summary>Base64 that is written in parts: each flush ends a padded piece, as Convert would write it.</summary>
public sealed class Base64PipeWriterTests
{
    [Fact]
    public async Task Advance_AnyTwoPartsAndAnotherPiece_GivesTheBase64OfEach()
    {
        for (int first = 0; first <= 6; first++)
            for (int second = 0; second <= 6; second++)
                for (int third = 0; third <= 6; third++)
                {
                    var encoded = new MemoryStream();
                    var writer = new Base64PipeWriter(PipeWriter.Create(encoded));
                    byte[] bytes = [.. Enumerable.Range(200, first + second + third).Select(value => (byte)value)];
                    writer.Write(bytes.AsSpan(0, first));
                    writer.Write(bytes.AsSpan(first, second));
                    await writer.FlushAsync();
                    writer.Write(bytes.AsSpan(first + second));
                    await writer.CompleteAsync();

                    Assert.Equal(
                        Convert.ToBase64String(bytes, 0, first + second) + Convert.ToBase64String(bytes, first + second, third),
                        Encoding.ASCII.GetString(encoded.ToArray()));
                }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(100_000)]
    public void GetMemory_WithBytesKept_IsAsLargeAsAskedFor(int sizeHint)
    {
        var writer = new Base64PipeWriter(PipeWriter.Create(new MemoryStream()));
        writer.Write<byte>([1, 2]);

        Assert.InRange(writer.GetMemory(sizeHint).Length, Math.Max(sizeHint, 1), int.MaxValue);
    }
}
