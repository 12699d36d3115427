using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Lstm.V1;

namespace Lstm.Client;

/// <summary>
/// A connection to an Lstm server. Safe to use from many threads; make one and keep it. For live data open a stream
/// (<see cref="OpenStream"/>); the calls here take a round trip of their own each.
/// </summary>
/// <example>
/// <code>
/// using var client = LstmClient.Connect("http://localhost:8001");
/// await using LstmStream stream = client.OpenStream();
/// await using LstmSession taxi = await stream.OpenSessionAsync("nyc-taxi");
/// StepResult result = await taxi.StepAsync(x);   // result.Y: p10, p50, p90
/// </code>
/// </example>
public sealed class LstmClient : IDisposable
{
    // A prediction's reply can be large: 32 MiB of values unless the server is told otherwise. What is taken stays bounded all the same.
    private const int MaxReplyBytes = 256 << 20;
    private const string TenantHeader = "lstm-tenant";
    private const int MaxTenantLength = 64;

    private readonly GrpcChannel _channel;
    private readonly Inference.InferenceClient _calls;

    private LstmClient(GrpcChannel channel, string? tenant)
    {
        _channel = channel;
        _calls = new Inference.InferenceClient(tenant is null ? channel.CreateCallInvoker() : channel.Intercept(headers =>
        {
            headers.Add(TenantHeader, tenant);
            return headers;
        }));
    }

    /// <summary>Prepares a connection. Nothing is sent yet: an absent server shows with the first call.</summary>
    /// <param name="address">http://host:port (HTTP/2 without TLS), https://host:port, or host:port, which means http.</param>
    /// <param name="tenant">
    /// On whose behalf: when many steps wait, the server shares its work equally over tenants. 1 to 64 visible ASCII characters, sent with every call
    /// as lstm-tenant; null: nobody's in particular, or what a gateway on the way says.
    /// </param>
    /// <exception cref="ArgumentException">The address or the tenant is not one of these.</exception>
    public static LstmClient Connect(string address, string? tenant = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        string full = address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address;
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/")
            throw new ArgumentException($"Expected an address such as http://localhost:8001 but got '{address}'.", nameof(address));

        if (tenant is not null && (tenant.Length is 0 or > MaxTenantLength || tenant.AsSpan().ContainsAnyExceptInRange('!', '~')))
            throw new ArgumentException($"Expected a tenant of 1 to {MaxTenantLength} visible ASCII characters but got '{tenant}'.", nameof(tenant));

        return new LstmClient(GrpcChannel.ForAddress(uri, new GrpcChannelOptions { MaxReceiveMessageSize = MaxReplyBytes }), tenant);
    }

    /// <summary>
    /// Opens a stream: the way for live data, with one session or thousands. It stays open until it is disposed.
    /// </summary>
    /// <param name="cancellation">Ends the stream; the sessions stay on the server.</param>
    public LstmStream OpenStream(CancellationToken cancellation = default) => new(_calls.Stream(cancellationToken: cancellation));

    /// <summary>Opens a session, or finds it again, without a stream.</summary>
    /// <param name="model">Needed to create; may be empty to resume.</param>
    /// <param name="sessionId">1 to 128 of A-Z a-z 0-9 . _ - ~; null lets the server choose.</param>
    /// <param name="mode">Whether the session has to be new.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="LstmException">MODEL_NOT_FOUND, SESSION_EXISTS, SESSION_NOT_FOUND, TOO_MANY_SESSIONS and others.</exception>
    public Task<Session> OpenSessionAsync(
        string model, string? sessionId = null, OpenMode mode = OpenMode.Create, CancellationToken cancellation = default) =>
        OpenSessionAsync(model, [], sessionId, mode, cancellation);

    /// <summary>Opens a session of a model that is given something once, or finds it again, without a stream.</summary>
    /// <param name="model">Needed to create; may be empty to resume.</param>
    /// <param name="inputs">The model's session_inputs, at most 256 KiB; when resuming none, or the same again. See <see cref="NamedTensors"/>.</param>
    /// <param name="sessionId">1 to 128 of A-Z a-z 0-9 . _ - ~; null lets the server choose.</param>
    /// <param name="mode">Whether the session has to be new.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="LstmException">SESSION_INPUTS, SESSION_INPUTS_TOO_LARGE, MODEL_NOT_FOUND, SESSION_EXISTS, SESSION_NOT_FOUND and others.</exception>
    public Task<Session> OpenSessionAsync(
        string model, IEnumerable<NamedTensor> inputs, string? sessionId = null, OpenMode mode = OpenMode.Create, CancellationToken cancellation = default) =>
        Reply(_calls.OpenSessionAsync(
            new OpenSessionRequest { Model = model, SessionId = sessionId ?? "", Mode = mode, Inputs = { inputs } }, cancellationToken: cancellation), cancellation);

    /// <summary>Takes one step (or a chunk) of a session without a stream.</summary>
    /// <param name="sessionId">An open session.</param>
    /// <param name="x">x(t), [input_size]; for a chunk [Count, input_size], row after row.</param>
    /// <param name="options">Step number, chunk, state, gates; none: the next step.</param>
    /// <param name="cancellation">Gives up waiting. The step may have been done: its number tells.</param>
    /// <exception cref="LstmException">SESSION_NOT_FOUND, INPUT_SHAPE, STEP_GAP and others. The state is as before.</exception>
    public async Task<StepResult> StepAsync(
        string sessionId, ReadOnlyMemory<float> x, StepOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new StepOptions();
        var request = new StepRequest
        {
            SessionId = sessionId,
            Step = options.Step,
            Count = options.Count,
            WantState = options.WantState,
            WantGates = options.WantGates,
        };
        request.X.Append(x.Span);
        request.XIntegers.Append(options.Integers.Span);
        StepReply reply = await Reply(_calls.StepAsync(request, cancellationToken: cancellation), cancellation).ConfigureAwait(false);
        return reply.Result;
    }

    /// <summary>Runs a whole sequence through a model, without a session; for models that cannot be stepped, too.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="x">[T, input_size], timestep after timestep.</param>
    /// <param name="options">State in and out; none: from what the model starts from, outputs only.</param>
    /// <param name="cancellation">Gives up waiting; the server ends what it can.</param>
    /// <returns>The outputs by name, [T, ...shape], or [...shape] where an output belongs to the last timestep alone.</returns>
    /// <exception cref="LstmException">MODEL_NOT_FOUND, INPUT_SHAPE, SEQUENCE_LENGTH, PREDICTION_TOO_LARGE, QUEUE_FULL and others.</exception>
    public async Task<SequenceResult> PredictAsync(
        string model, ReadOnlyMemory<float> x, PredictOptions? options = null, CancellationToken cancellation = default) =>
        (await PredictAsync(model, [x], options, cancellation).ConfigureAwait(false))[0];

    /// <summary>Runs whole sequences through a model, together; they may differ in length.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="sequences">Each [T, input_size], timestep after timestep.</param>
    /// <param name="options">State in (for every sequence the same) and out; none: from what the model starts from, outputs only.</param>
    /// <param name="cancellation">Gives up waiting; the server ends what it can.</param>
    /// <returns>A result for each sequence, in their order.</returns>
    /// <exception cref="LstmException">MODEL_NOT_FOUND, INPUT_SHAPE, SEQUENCE_LENGTH, PREDICTION_TOO_LARGE, QUEUE_FULL and others.</exception>
    public async Task<IReadOnlyList<SequenceResult>> PredictAsync(
        string model, IEnumerable<ReadOnlyMemory<float>> sequences, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new PredictOptions();
        var request = new PredictRequest { Model = model, WantState = options.WantState };
        foreach (ReadOnlyMemory<float> x in sequences)
        {
            var sequence = new Sequence { State = { options.State }, Inputs = { options.Inputs } };
            sequence.X.Append(x.Span);
            if (request.Sequences.Count < options.Integers.Count)
                sequence.XIntegers.Append(options.Integers[request.Sequences.Count].Span);
            request.Sequences.Add(sequence);
        }

        return (await Reply(_calls.PredictAsync(request, cancellationToken: cancellation), cancellation).ConfigureAwait(false)).Sequences;
    }

    /// <summary>Ends a session and drops its state.</summary>
    /// <param name="sessionId">An open session.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The session as it was at its end.</returns>
    /// <exception cref="LstmException">SESSION_NOT_FOUND, or why it ended before.</exception>
    public Task<Session> CloseSessionAsync(string sessionId, CancellationToken cancellation = default) =>
        Reply(_calls.CloseSessionAsync(new CloseSessionRequest { SessionId = sessionId }, cancellationToken: cancellation), cancellation);

    /// <summary>Looks at a session.</summary>
    /// <param name="sessionId">An open session.</param>
    /// <param name="wantState">Whether to return h and c of every layer too.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="LstmException">SESSION_NOT_FOUND, or why it ended.</exception>
    public Task<Session> GetSessionAsync(string sessionId, bool wantState = false, CancellationToken cancellation = default) =>
        Reply(_calls.GetSessionAsync(new GetSessionRequest { SessionId = sessionId, WantState = wantState }, cancellationToken: cancellation), cancellation);

    /// <summary>All open sessions in the order of their ids, fetched page by page while they are read.</summary>
    /// <param name="model">Only sessions of this model; null: all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LstmException">The server cannot be reached or refuses.</exception>
    public async IAsyncEnumerable<Session> ListSessionsAsync(string? model = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new ListSessionsRequest { Model = model ?? "" };
        do
        {
            ListSessionsReply page = await Reply(_calls.ListSessionsAsync(request, cancellationToken: cancellation), cancellation).ConfigureAwait(false);
            foreach (Session session in page.Sessions)
                yield return session;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>The models that the server has loaded.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="LstmException">The server cannot be reached or refuses.</exception>
    public async Task<IReadOnlyList<Model>> ListModelsAsync(CancellationToken cancellation = default) =>
        (await Reply(_calls.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellation), cancellation).ConfigureAwait(false)).Models;

    /// <summary>What a model expects and gives, and what is in it.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="LstmException">MODEL_NOT_FOUND.</exception>
    public Task<Model> GetModelAsync(string model, CancellationToken cancellation = default) =>
        Reply(_calls.GetModelAsync(new GetModelRequest { Model = model }, cancellationToken: cancellation), cancellation);

    /// <summary>Closes the connection and the streams on it. Sessions stay on the server.</summary>
    public void Dispose() => _channel.Dispose();

    private static async Task<T> Reply<T>(AsyncUnaryCall<T> call, CancellationToken cancellation)
    {
        using (call)
        {
            try
            {
                return await call.ResponseAsync.ConfigureAwait(false);
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(failure.Message, failure, cancellation);
            }
            catch (RpcException failure)
            {
                throw LstmException.From(failure);
            }
        }
    }
}
