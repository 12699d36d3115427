namespace Grpc.Core;

/// <summary>What the four call types share: how to ask a running call for headers, status and trailers, and how to end it.</summary>
internal readonly struct AsyncCallState(
    object state,
    Func<object, Task<Metadata>> responseHeaders,
    Func<object, Status> status,
    Func<object, Metadata> trailers,
    Action<object> dispose)
{
    public AsyncCallState(Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose)
        : this(new Delegates(responseHeaders, status, trailers, dispose), Delegates.HeadersOf, Delegates.StatusOf, Delegates.TrailersOf, Delegates.DisposeOf)
    {
    }

    public Task<Metadata> ResponseHeadersAsync() => responseHeaders(state);

    public Status GetStatus() => status(state);

    public Metadata GetTrailers() => trailers(state);

    public void Dispose() => dispose(state);

    private sealed class Delegates(Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose)
    {
        public static readonly Func<object, Task<Metadata>> HeadersOf = self => ((Delegates)self).ResponseHeaders;
        public static readonly Func<object, Status> StatusOf = self => ((Delegates)self).Status();
        public static readonly Func<object, Metadata> TrailersOf = self => ((Delegates)self).Trailers();
        public static readonly Action<object> DisposeOf = self => ((Delegates)self).Dispose();

        private Task<Metadata> ResponseHeaders { get; } = responseHeaders;

        private Func<Status> Status { get; } = status;

        private Func<Metadata> Trailers { get; } = trailers;

        private Action Dispose { get; } = dispose;
    }
}
