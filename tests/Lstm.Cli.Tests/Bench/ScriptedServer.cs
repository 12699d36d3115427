using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Lstm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lstm.Cli.Tests.Bench;

/// <summary>A real Kestrel that answers the stream of lstm.v1.Inference as a test wants it: also wrongly.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()); // Set once it has started.

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Gives the reply to a request; null: the call ends here, with <paramref name="status"/>.</param>
    /// <param name="status">grpc-status of the end.</param>
    public static Task<ScriptedServer> StartAsync(Func<StreamRequest, StreamReply?> answer, string status = "0") => StartRawAsync(async context =>
    {
        context.Response.ContentType = "application/grpc";
        while (await ReadAsync(context.Request.Body) is { } request)
        {
            if (answer(StreamRequest.Parser.ParseFrom(request)) is not { } reply)
                break;
            await WriteAsync(context.Response.Body, reply.ToByteArray());
        }

        context.Response.AppendTrailer("grpc-status", status);
        context.Response.AppendTrailer("grpc-message", "as%20told");
    });

    /// <summary>Starts a server that does anything.</summary>
    public static async Task<ScriptedServer> StartRawAsync(RequestDelegate handle)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            (kestrel.Limits.MaxRequestBodySize, kestrel.Limits.MinRequestBodyDataRate) = (null, null);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new ScriptedServer(app);
    }

    /// <summary>An answer as the protocol wants it, with y = 0.</summary>
    public static StreamReply Answer(StreamRequest request, int outputSize) => request.KindCase switch
    {
        StreamRequest.KindOneofCase.Open => new() { Handle = request.Open.Handle, Opened = new Session() },
        StreamRequest.KindOneofCase.Close => new() { Handle = request.Close.Handle, Closed = new Session() },
        StreamRequest.KindOneofCase.Step => new()
        {
            Handle = request.Step.Handle,
            Result = new StepResult { Step = request.Step.Step, Count = Math.Max(1, request.Step.Count), Y = { new float[outputSize * Math.Max(1, request.Step.Count)] } },
        },
        _ => new() { Batch = new BatchResult { Handles = { request.Batch.Handles }, Steps = { request.Batch.Steps }, Y = { new float[outputSize * request.Batch.Handles.Count] } } },
    };

    public static async Task<byte[]?> ReadAsync(Stream body)
    {
        var prefix = new byte[5];
        if (await body.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            return null;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await body.ReadExactlyAsync(message);
        return message;
    }

    public static async Task WriteAsync(Stream body, byte[] message)
    {
        var bytes = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), message.Length);
        message.CopyTo(bytes, 5);
        await body.WriteAsync(bytes);
        await body.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
