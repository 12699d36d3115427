using Lstm.Cli.Bench.Grpc;

namespace Lstm.Cli.Tests.Bench.Grpc;

public class GrpcPrinterTests
{
    private static readonly EchoLoad Rows = new("rows", 4, Window: 2, Rows: 256);

    [Fact]
    public void Results_AsTable_HasARowForEachTransportWithItsRatios()
    {
        GrpcResult[] results =
        [
            new(Rows, Transport.Layer, GrpcFiguresTests.Of(6)),
            new(Rows, Transport.RawGenerated, GrpcFiguresTests.Of(4)),
            new(Rows, Transport.Whole, GrpcFiguresTests.Of(8) with { AllocatedBytes = null }),
        ];
        using var output = new StringWriter();

        new GrpcPrinter(output, TextWriter.Null, json: false).Results(new GrpcSettings([Rows], Transport.All, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), 3), results);

        Assert.Equal(
            [
                "| 4 streams, window 2, 256 rows a message | layer | 6.00 | 1.50 |  |  | 6 | 6 | 6 | 6 | 6.00 |",
                "| 4 streams, window 2, 256 rows a message | raw-generated | 4.00 |  |  |  | 4 | 4 | 4 | 4 | 4.00 |",
                "| 4 streams, window 2, 256 rows a message | service | 8.00 | 2.00 |  |  | – | 8 | 8 | 8 | 8.00 |",
                "",
                "4 streams, window 2, 256 rows a message, layer: 0.023 µs of the server a row.",
            ],
            output.ToString().Split('\n')[5..10]);
    }
}
