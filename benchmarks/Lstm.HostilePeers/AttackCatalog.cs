using Lstm.Cli.Bench.Http2;
using Lstm.HostilePeers.Attacks;
using Lstm.HostilePeers.Wire;

namespace Lstm.HostilePeers;

/// <summary>All attacks, in the order of the report.</summary>
internal static class AttackCatalog
{
    private const int BombMegabytes = 400;

    /// <summary>All attacks.</summary>
    public static readonly IReadOnlyList<Attack> All =
    [
        new("flag", "messages whose flag is 2", target => Announce(target, 2, 10)),
        new("length-2gib", "messages that announce 2^31 bytes", target => Announce(target, 0, 1u << 31)),
        new("length-4gib", "messages that announce 2^32 - 1 bytes", target => Announce(target, 0, uint.MaxValue)),
        new("cut", "streams that end inside a message, at every byte in turn", MessageAttacks.CutAsync),
        new("empty-messages", "streams of messages of no bytes, 3,000 in a frame", MessageAttacks.EmptyMessagesAsync),
        new("gzip-garbage", "10 KB of something else behind a gzip member", target => MessageAttacks.CompressedAsync(target, "gzip", Requests.GarbageAfterGzip())),
        new("gzip-bomb", "0.4 MB of gzip that inflate to 400 MB", target => MessageAttacks.CompressedAsync(target, "gzip", Requests.Zeros("gzip", BombMegabytes))),
        new("deflate-bomb", "0.4 MB of zlib that inflate to 400 MB", target => MessageAttacks.CompressedAsync(target, "deflate", Requests.Zeros("deflate", BombMegabytes))),
        new("announced", "50 connections x 100 streams, each announces 1 MiB and sends none of it", target => MessageAttacks.PartAsync(target, 50, 100, 0)),
        new("partial", "10 connections x 100 streams, each sends all but one byte of 1 MiB", target => MessageAttacks.PartAsync(target, 10, 100, Requests.Limit - 1)),
        new("without-end", "4 connections x 25 unary calls, each sends half a million empty sequences in 1 MiB and never ends", target => MessageAttacks.WithoutEndAsync(target, 4, 25)),
        new("many-sequences", "unary calls with half a million empty sequences in 1 MiB", target => Call(target, Requests.Predict, Requests.ManyEmptySequences(target.Model))),
        new("many-pieces", "unary calls with half a million empty pieces of a state in 1 MiB", target => Call(target, Requests.Predict, Requests.ManyEmptyPieces(target.Model))),
        new("unknown-fields", "unary calls with a quarter of a million unknown fields in 1 MiB", target => Call(target, Requests.Step, Requests.ManyUnknownFields())),
        new("merged", "messages of a stream in a quarter of a million pieces, 1 MiB", target => MessageAttacks.OnOneStreamAsync(target, Requests.ManyPieces())),
        new("empty-data", "empty DATA frames on an open stream", FrameAttacks.EmptyDataAsync),
        new("rapid-reset", "streams that are reset as soon as they are opened", FrameAttacks.RapidResetAsync),
        new("settings", "SETTINGS without end", target => FrameAttacks.SameAsync(target, Frames.Settings((PeerConnection.InitialWindowSize, 65_535)))),
        new("ping", "PING without end", target => FrameAttacks.SameAsync(target, Frames.Frame(FrameType.Ping, 0, 0, new byte[8]))),
        new("head-in-bytes", "sound heads in CONTINUATION frames of one byte", FrameAttacks.HeadInBytesAsync),
        new("continuation", "heads whose CONTINUATION frames never end", target => FrameAttacks.ContinuationAsync(target, Frames.Block(("x", "y")))),
        new("continuation-empty", "heads whose empty CONTINUATION frames never end", target => FrameAttacks.ContinuationAsync(target, [])),
        new("many-headers", "heads of 10,000 fields", target => FrameAttacks.LargeHeadAsync(target, Enumerable.Range(0, 10_000).Select(n => ($"x-{n}", "y")))),
        new("huge-header", "heads with a field of 1 MB", target => FrameAttacks.LargeHeadAsync(target, [("x-huge", new string('h', 1_000_000))])),
        new("hpack-bomb", "heads that refer 10,000 times to a field of 4 KB", FrameAttacks.TableBombAsync),
        new("slow-heads", "500 connections that send a byte a second of the preface", target => SlowAttacks.HeadsAsync(target, 500)),
        new("slow-unary", "10 connections x 100 unary calls that send a byte a second", target => SlowAttacks.BodiesAsync(target, Requests.Step, 10, 100)),
        new("slow-streams", "10 connections x 100 streams that send a byte a second", target => SlowAttacks.BodiesAsync(target, Requests.Stream, 10, 100)),
        new("idle-streams", "10 connections x 1,000 streams that are opened and left", target => SlowAttacks.IdleAsync(target, 10, 1000)),
        new("silent", "5,000 connections that say nothing", target => SlowAttacks.SilentAsync(target, 5000)),
        new("unread-replies", "10 connections x 1,000 ended unary calls whose replies are not read", target => SlowAttacks.UnreadRepliesAsync(target, 10, 1000)),
        new("unread-lists", "10 connections x 1,000 ended unary calls that list 1,000 sessions and whose replies are not read", target => SlowAttacks.UnreadListsAsync(target, 10, 1000)),
        new("unread-faults", "10 connections x 100 streams that step 4,096 handles which are not open and read nothing", target => SlowAttacks.UnreadFaultsAsync(target, 10, 100)),
        new("unread-stream", "50 streams that step with state and gates and read nothing", target => SlowAttacks.UnreadStreamAsync(target, 50)),
    ];

    // Not ended: the five bytes alone have to do.
    private static Task Announce(Target target, byte flag, uint length)
    {
        byte[] body = Frames.Message([], flag, length);
        return MessageAttacks.CallAsync(target, Requests.Stream, _ => body, end: false);
    }

    private static Task Call(Target target, byte[] head, byte[] body) => MessageAttacks.CallAsync(target, head, _ => body, end: true);
}
