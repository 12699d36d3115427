using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Service.Hosting;
using Lstm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lstm.Service.Tests.Hosting;

/// <summary>The real service on free ports, with a client for each face and a clock of its own.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ErrorLog _errors;
    private readonly GrpcChannel _channel;

    private RunningService(WebApplication app, ErrorLog errors, FakeClock clock)
    {
        var endpoints = app.Services.GetRequiredService<Endpoints>();
        (_app, _errors, Clock) = (app, errors, clock);
        Http = new() { BaseAddress = new($"http://127.0.0.1:{endpoints.HttpPort}") };
        GrpcPort = endpoints.GrpcPort;
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{GrpcPort}");
        Grpc = new(_channel);
    }

    public int GrpcPort { get; }

    public HttpClient Http { get; }

    public Inference.InferenceClient Grpc { get; }

    public CallInvoker Invoker => _channel.CreateCallInvoker();

    public FakeClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    public static Task<RunningService> StartAsync(params string[] args) => StartAsync(null, args);

    /// <summary>Starts a service that loads its models in another way.</summary>
    public static async Task<RunningService> StartAsync(Func<string, Engine.Model>? load, params string[] args)
    {
        var errors = new ErrorLog();
        var clock = new FakeClock();
        string[] defaults = ["--http-port", "0", "--grpc-port", "0", "--models", TestModels.Directory, "--Logging:LogLevel:Default", "Warning"];
        var app = ServiceHost.Build([.. defaults, .. args], builder =>
        {
            builder.Logging.AddProvider(errors);
            builder.Services.AddSingleton<TimeProvider>(clock);
            if (load is not null)
                builder.Services.AddSingleton<Func<string, CancellationToken, Engine.Model>>((path, _) => load(path));
        });
        await app.StartAsync();
        return new(app, errors, clock);
    }

    /// <summary>Sends a request and reads the JSON of the answer.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (json is not null)
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Opens a session and gives its id.</summary>
    public async Task<string> OpenAsync(string model = "nyc-taxi", string id = "") =>
        (await Grpc.OpenSessionAsync(new() { Model = model, SessionId = id })).SessionId;

    /// <summary>The session's state and number of steps, bit for bit.</summary>
    public async Task<string> StateAsync(string id)
    {
        var session = await Grpc.GetSessionAsync(new() { SessionId = id, WantState = true });
        return $"{session.Step}:{session.State}";
    }

    /// <summary>Takes the errors that the test expected out of the log.</summary>
    public IReadOnlyList<string> TakeErrors() => _errors.Take();

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _app.DisposeAsync();
        Assert.Empty(_errors.Take());
    }
}
