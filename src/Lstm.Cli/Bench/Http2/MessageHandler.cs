namespace Lstm.Cli.Bench.Http2;

/// <summary>Takes one gRPC message that arrived on a stream.</summary>
/// <param name="message">The message without its five bytes; valid during the call.</param>
internal delegate void MessageHandler(ReadOnlySpan<byte> message);
