using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;

namespace Lstm.Grpc.Interop;

/// <summary>Runs the standard cases of grpc/grpc doc/interop-test-descriptions.md against a server; the cases themselves are in InteropClient.Cases.cs.</summary>
internal sealed partial class InteropClient : IDisposable
{
    public const string AllCases = "all";

    private static readonly Dictionary<string, Func<InteropClient, Task>> Cases = new()
    {
        ["empty_unary"] = client => client.EmptyUnaryAsync(),
        ["large_unary"] = client => client.LargeUnaryAsync(),
        ["client_compressed_unary"] = client => client.ClientCompressedUnaryAsync(),
        ["server_compressed_unary"] = client => client.ServerCompressedUnaryAsync(),
        ["client_streaming"] = client => client.ClientStreamingAsync(),
        ["client_compressed_streaming"] = client => client.ClientCompressedStreamingAsync(),
        ["server_streaming"] = client => client.ServerStreamingAsync(),
        ["server_compressed_streaming"] = client => client.ServerCompressedStreamingAsync(),
        ["ping_pong"] = client => client.PingPongAsync(),
        ["empty_stream"] = client => client.EmptyStreamAsync(),
        ["custom_metadata"] = client => client.CustomMetadataAsync(),
        ["status_code_and_message"] = client => client.StatusCodeAndMessageAsync(),
        ["special_status_message"] = client => client.SpecialStatusMessageAsync(),
        ["unimplemented_method"] = client => client.UnimplementedMethodAsync(),
        ["unimplemented_service"] = client => client.UnimplementedServiceAsync(),
        ["cancel_after_begin"] = client => client.CancelAfterBeginAsync(),
        ["cancel_after_first_response"] = client => client.CancelAfterFirstResponseAsync(),
        ["timeout_on_sleeping_server"] = client => client.TimeoutOnSleepingServerAsync(),
    };

    private readonly ResponseWatcher _watcher;
    private readonly GrpcChannel _channel;
    private readonly TestService.TestServiceClient _service;
    private readonly UnimplementedService.UnimplementedServiceClient _unimplemented;
    private string? _unchecked;

    /// <summary>Prepares the cases.</summary>
    /// <param name="address">The server, for instance "https://127.0.0.1:8080".</param>
    /// <param name="trusted">The authority that the server's certificate has to come from; null: those of the machine.</param>
    /// <param name="hostOverride">The name that the server's certificate is for, if it is another than that of the address.</param>
    public InteropClient(string address, X509Certificate2? trusted = null, string? hostOverride = null)
    {
        var transport = new SocketsHttpHandler();
        if (trusted is not null)
            transport.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { trusted },
                RevocationMode = X509RevocationMode.NoCheck,
            };
        _watcher = new ResponseWatcher(transport);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = _watcher, DisposeHttpClient = true });
        _service = new TestService.TestServiceClient(_channel);
        _unimplemented = new UnimplementedService.UnimplementedServiceClient(_channel);
        if (hostOverride is not null)
        {
            _service = _service.WithHost(hostOverride);
            _unimplemented = _unimplemented.WithHost(hostOverride);
        }
    }

    /// <summary>The names of the cases in the order in which they run.</summary>
    public static IReadOnlyCollection<string> CaseNames => Cases.Keys;

    /// <summary>Runs one case or all; writes a line for each.</summary>
    /// <returns>Whether none failed.</returns>
    public async Task<bool> RunAsync(string name, TextWriter output)
    {
        bool passed = true;
        foreach (string each in name == AllCases ? CaseNames : [name])
        {
            _unchecked = null;
            try
            {
                await Cases[each](this).WaitAsync(TimeSpan.FromSeconds(20));
                output.WriteLine(_unchecked is null ? $"ok {each}" : $"partly {each}: {_unchecked}");
            }
            catch (Exception exception)
            {
                passed = false;
                output.WriteLine($"FAILED {each}: {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}");
            }
        }
        return passed;
    }

    public void Dispose() => _channel.Dispose();

    private static void Expect<T>(string what, T expected, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
            throw new InvalidOperationException($"{what}: expected {expected}, but found {found}.");
    }

    private static void ExpectSizes(IEnumerable<int> expected, IEnumerable<int> found) => Expect("sizes", string.Join(' ', expected), string.Join(' ', found));

    private static async Task<Status> StatusOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return Status.DefaultSuccess;
        }
        catch (RpcException exception)
        {
            return exception.Status;
        }
    }

    private static async Task ExpectStatusAsync(StatusCode code, string? detail, Func<Task> call)
    {
        var status = await StatusOfAsync(call);
        Expect("status", code, status.StatusCode);
        if (detail is not null)
            Expect("status message", detail, status.Detail);
    }
}
