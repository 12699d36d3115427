using Grpc.Core;
using Lstm.V1;

namespace Lstm.Client.Tests;

[Collection(ServiceGroup.Name)]
public sealed class LstmClientTests(ServiceFixture service) : IDisposable
{
    private readonly LstmClient _client = service.Connect();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task StepAsync_WithoutStream_IsRight()
    {
        Session session = await _client.OpenSessionAsync(Taxi.Model);
        for (int i = 0; i < 20; i++)
            Taxi.AssertRight(i, (await _client.StepAsync(session.SessionId, Taxi.X(i))).Y);

        Session closed = await _client.CloseSessionAsync(session.SessionId);
        Assert.Equal(20ul, closed.Step);
    }

    [Fact]
    public async Task StepAsync_UnknownSession_CarriesReasonAndFacts()
    {
        var refused = await Assert.ThrowsAsync<LstmException>(() => _client.StepAsync("nobody", Taxi.X(0)));

        Assert.Equal("SESSION_NOT_FOUND", refused.Reason);
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Equal("nobody", refused.Metadata["session_id"]);
        Assert.IsType<RpcException>(refused.InnerException);
    }

    [Fact]
    public async Task StepAsync_UnknownSession_MessageSaysWhatToDo()
    {
        var refused = await Assert.ThrowsAsync<LstmException>(() => _client.StepAsync("nobody", Taxi.X(0)));
        Assert.Equal("There is no session 'nobody'. Open it with mode create; a state is never made up.", refused.Message);
    }

    [Fact]
    public async Task GetSessionAsync_WithState_ShowsWhatTheStreamDid()
    {
        await using LstmStream stream = _client.OpenStream();
        await using LstmSession session = await stream.OpenSessionAsync(Taxi.Model);
        StepResult result = await session.StepAsync(Taxi.X(0), new StepOptions { WantState = true });
        Session seen = await _client.GetSessionAsync(session.Id, wantState: true);

        Assert.Equal(1ul, seen.Step);
        Assert.Equal(result.State.Select(tensor => tensor.Values), seen.State.Select(tensor => tensor.Values));
    }

    [Fact]
    public async Task ListSessionsAsync_MoreThanAPage_YieldsAll()
    {
        await using LstmStream stream = _client.OpenStream();
        string[] ids = [.. Enumerable.Range(0, 250).Select(i => $"list-{i:000}")];
        await Task.WhenAll(ids.Select(id => stream.OpenSessionAsync("char-lm", id)));

        var listed = new List<string>();
        await foreach (Session session in _client.ListSessionsAsync("char-lm"))
            listed.Add(session.SessionId);
        Assert.Equal(ids, listed.Where(id => id.StartsWith("list-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ListModelsAsync_ShowsTheModelsThatShip()
    {
        IReadOnlyList<Model> models = await _client.ListModelsAsync();
        Assert.Equal(["char-lm", "nyc-taxi"], models.Select(model => model.Name).Order());

        Model taxi = await _client.GetModelAsync(Taxi.Model);
        Assert.Equal((5u, 3u, "native"), (taxi.InputSize, taxi.OutputSize, taxi.Backend));
        Assert.Equal([64u, 64u], taxi.Layers.Select(layer => layer.HiddenSize));
    }

    [Fact]
    public async Task GetModelAsync_Unknown_IsRefused() =>
        Assert.Equal("MODEL_NOT_FOUND", (await Assert.ThrowsAsync<LstmException>(() => _client.GetModelAsync("nope"))).Reason);

    [Fact]
    public async Task AnyCall_NobodyListens_SaysUnavailable()
    {
        // A port that was free a moment ago.
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        using var client = LstmClient.Connect($"127.0.0.1:{port}");
        Assert.Equal("UNAVAILABLE", (await Assert.ThrowsAsync<LstmException>(() => client.ListModelsAsync())).Reason);
        await using LstmStream stream = client.OpenStream();
        Assert.Equal("UNAVAILABLE", (await Assert.ThrowsAsync<LstmException>(() => stream.OpenSessionAsync(Taxi.Model))).Reason);
    }

    [Fact]
    public async Task AnyCall_Cancelled_SaysSoAsDotNetDoes()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.ListModelsAsync(cancelled.Token));
    }

    [Theory]
    [InlineData("ftp://localhost:8001")]
    [InlineData("http://localhost:8001/path")]
    [InlineData("http://")]
    public void Connect_NotAnAddress_SaysWhatIsExpected(string address)
    {
        var fault = Assert.Throws<ArgumentException>(() => LstmClient.Connect(address));
        Assert.Equal($"Expected an address such as http://localhost:8001 but got '{address}'. (Parameter 'address')", fault.Message);
    }
}
