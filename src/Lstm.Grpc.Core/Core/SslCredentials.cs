namespace Grpc.Core;

/// <summary>TLS with the roots of the system. Other roots and client certificates are set on the channel's HttpHandler.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    /// <summary>Creates the credentials.</summary>
    public SslCredentials()
        : base(isSecure: true, callCredentials: null)
    {
    }
}
