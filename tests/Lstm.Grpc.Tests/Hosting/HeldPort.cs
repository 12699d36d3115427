using System.Net;
using System.Net.Sockets;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>
/// A free port for a program that cannot choose one and say which. It stays bound, but not listened on, until the test ends: only
/// programs that share ports (SO_REUSEPORT), as servers of gRPC's C core do, get it.
/// </summary>
internal sealed class HeldPort : IDisposable
{
    private const int SocketLevel = 1, ReusePort = 15; // Linux: SOL_SOCKET, SO_REUSEPORT

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HeldPort()
    {
        _socket.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(1));
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
    }

    public int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port; // Bound, so it has one.

    public void Dispose() => _socket.Dispose();
}
