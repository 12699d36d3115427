using Lstm.Cli.Bench.Grpc;

namespace Lstm.Cli.Tests.Bench.Grpc;

public class EchoLoadTests
{
    [Fact]
    public void ToString_Standard_SaysWhatIsSent() => Assert.Equal(
        ["1 stream, ping-pong", "64 streams, ping-pong", "64 streams, window 16", "unary, 64 in flight", "4 streams, window 2, 256 rows a message"],
        EchoLoad.Standard.Select(static load => load.ToString()));

    [Fact]
    public void ForService_Standard_IsPossible()
    {
        Assert.All(EchoLoad.Standard, static load => Assert.Null(load.ForService?.FindFault()));
        Assert.Equal(4, EchoLoad.Standard.Count(static load => load.ForService is not null));
    }

    [Fact]
    public void Request_OneRow_Is77Bytes() => Assert.Equal(77, new EchoMessages(63, 1).Request(1).Length);
}
