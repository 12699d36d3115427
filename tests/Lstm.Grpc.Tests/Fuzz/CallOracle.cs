using Grpc.Core;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>What the documents of grpc/grpc (PROTOCOL-HTTP2, statuscodes, compression) and our limits say about a call, thought out again from the bytes that are sent.</summary>
internal static class CallOracle
{
    /// <summary>Predicts the end of a call that is not reset.</summary>
    public static Expected Predict(RandomCall call)
    {
        // What may be gRPC-Web is told that it is not enabled; whatever else finds no such page.
        if (call.Method is "Nowhere" && !call.HasGrpcType && call.ContentType != "application/grpc-web")
            return new(404, null, []);
        if (!call.HasGrpcType)
            return new(415, null, []);
        if (call.Method is "Nowhere" or "unary")
            return Expected.Of(StatusCode.Unimplemented);
        if (call.IsOutOfTime)
            return Expected.Of(StatusCode.DeadlineExceeded);
        var (messages, fault) = Read(call);
        return call.Method switch
        {
            "Duplex" => Duplex(messages, fault),
            "ClientStream" => ClientStream(messages, fault),
            _ => Single(call, messages, fault),
        };
    }

    // The sound messages before the first fault or the end.
    private static (List<ProbeRequest> Messages, StatusCode? Fault) Read(RandomCall call)
    {
        var messages = new List<ProbeRequest>();
        int left = call.Body.Length;
        foreach (var message in call.Messages)
        {
            if (left == 0)
                break;
            if (left < 5)
                return (messages, StatusCode.Internal);
            if (message.HeaderFault is { } refused)
                return (messages, refused);
            if (left < message.Bytes.Length)
                return (messages, StatusCode.Internal);
            if (message.ContentFault is { } broken)
                return (messages, broken);
            messages.Add(message.Request!); // not null: there is no fault
            left -= message.Bytes.Length;
        }

        return (messages, null);
    }

    private static Expected Duplex(List<ProbeRequest> messages, StatusCode? fault)
    {
        var replies = new List<(string, int)>();
        foreach (var request in messages)
        {
            if (request.Behaviour == Behaviour.Fail)
                return new(200, (StatusCode)request.StatusCode, replies);
            replies.Add((request.Text, replies.Count + 1));
        }

        return new(200, fault ?? StatusCode.OK, replies);
    }

    private static Expected ClientStream(List<ProbeRequest> messages, StatusCode? fault) =>
        messages.Find(request => request.Behaviour == Behaviour.Fail) is { } failing ? Expected.Of((StatusCode)failing.StatusCode)
        : fault is { } refused ? Expected.Of(refused)
        : new(200, StatusCode.OK, [($"{messages.Sum(request => (long)request.Payload.Length)}", messages.Count)]);

    // One message is due, and its content is looked at when the end is there.
    private static Expected Single(RandomCall call, List<ProbeRequest> messages, StatusCode? fault)
    {
        if (call.Messages is [var first, ..] && call.Body.Length >= 5 && first.HeaderFault is { } refused)
            return Expected.Of(refused);
        if (call.Messages.Count > 0 && call.Body.Length > call.Messages[0].Bytes.Length)
            return Expected.Of(StatusCode.Unimplemented);
        if (fault is not null)
            return Expected.Of(fault.Value);
        if (messages.Count == 0 || call.Method == "NotThere")
            return Expected.Of(StatusCode.Unimplemented);
        var request = messages[0];
        if (request.Behaviour == Behaviour.Fail)
            return Expected.Of((StatusCode)request.StatusCode);
        int replies = call.Method == "Unary" ? 1 : request.Replies;
        return new(200, StatusCode.OK, [.. Enumerable.Range(1, replies).Select(count => (request.Text, count))]);
    }
}
