using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>
/// The instruments of this layer, meter "Lstm.Grpc". Those of ASP.NET Core and Kestrel count requests and connections.
/// <list type="bullet">
/// <item>rpc.server.call.duration, seconds: from the request head to the status; tags rpc.service, rpc.method, rpc.grpc.status_code</item>
/// <item>lstm.grpc.active_calls, calls: under way; tags rpc.service, rpc.method</item>
/// <item>lstm.grpc.messages_received, lstm.grpc.messages_sent, messages; tags rpc.service, rpc.method; added when the call ends</item>
/// </list>
/// </summary>
internal sealed class GrpcServerMeter
{
    public const string Name = "Lstm.Grpc";

    // Boxed once: a tag takes an object.
    private static readonly object[] StatusCodes = [.. Enumerable.Range(0, 17).Select(code => (object)code)];

    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;

    public GrpcServerMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _duration = meter.CreateHistogram<double>("rpc.server.call.duration", "s", "Time from the request head to the status.");
        _active = meter.CreateUpDownCounter<long>("lstm.grpc.active_calls", "{call}", "Calls under way.");
        _received = meter.CreateCounter<long>("lstm.grpc.messages_received", "{message}", "Request messages of ended calls.");
        _sent = meter.CreateCounter<long>("lstm.grpc.messages_sent", "{message}", "Response messages of ended calls.");
    }

    /// <summary>Whether anybody wants to know how long calls take.</summary>
    public bool MeasuresDuration => _duration.Enabled;

    public void CallStarted(IMethod method)
    {
        if (_active.Enabled)
            _active.Add(1, Tags(method));
    }

    public void CallEnded(IMethod method, StatusCode code, TimeSpan? duration, long received, long sent)
    {
        if (_active.Enabled)
            _active.Add(-1, Tags(method));
        if (_received.Enabled)
            _received.Add(received, Tags(method));
        if (_sent.Enabled)
            _sent.Add(sent, Tags(method));
        if (duration is { } time && _duration.Enabled)
        {
            var tags = Tags(method);
            tags.Add("rpc.grpc.status_code", (uint)code < (uint)StatusCodes.Length ? StatusCodes[(int)code] : (int)code);
            _duration.Record(time.TotalSeconds, tags);
        }
    }

    private static TagList Tags(IMethod method) => new()
    {
        { "rpc.service", method.ServiceName },
        { "rpc.method", method.Name },
    };
}
