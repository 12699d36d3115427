namespace Grpc.Core;

/// <summary>How a channel secures its connections.</summary>
public abstract class ChannelCredentials
{
    private protected ChannelCredentials(bool isSecure, CallCredentials? callCredentials)
    {
        IsSecure = isSecure;
        CallCredentials = callCredentials;
    }

    /// <summary>No TLS.</summary>
    public static ChannelCredentials Insecure { get; } = new Plain(false, null);

    /// <summary>TLS with the roots of the system.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    internal bool IsSecure { get; }

    internal CallCredentials? CallCredentials { get; }

    /// <summary>Channel credentials with credentials for every call.</summary>
    /// <param name="channelCredentials">How the connections are secured.</param>
    /// <param name="callCredentials">What travels with every call.</param>
    /// <returns>The composition.</returns>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);
        var all = channelCredentials.CallCredentials is { } first ? CallCredentials.Compose(first, callCredentials) : callCredentials;
        return new Plain(channelCredentials.IsSecure, all);
    }

    private sealed class Plain(bool isSecure, CallCredentials? callCredentials) : ChannelCredentials(isSecure, callCredentials);
}
