namespace Grpc.Core;

/// <summary>The request stream of a call.</summary>
/// <typeparam name="T">The request message.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the request stream; the server then sees the end of its messages.</summary>
    /// <returns>The end of the stream.</returns>
    Task CompleteAsync();
}
