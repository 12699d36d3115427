using System.Net;
using System.Net.Sockets;
using Lstm.Cli.Bench.Service.Load;

namespace Lstm.Cli.Tests.Bench.Service.Load;

public class SocketWaitTests
{
    private const long OneSecond = 1_000_000_000;

    [Fact]
    public void ForData_NothingThenSomething_TellsThemApart()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!); // Bound above.
        using Socket server = listener.Accept();
        SocketWait.BePunctual();

        Assert.False(SocketWait.ForData(client, 0));
        Assert.False(SocketWait.ForData(client, 50_000));
        server.Send([1]);
        Assert.True(SocketWait.ForData(client, 60 * OneSecond));
    }
}
