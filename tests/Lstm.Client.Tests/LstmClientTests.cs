using System.Net;
using System.Net.Sockets;
using System.Text;
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

    [Fact]
    public async Task Connect_WithTenant_IsUnderstood()
    {
        using var client = LstmClient.Connect(service.Address, new string('x', 64));
        await using LstmStream stream = client.OpenStream();
        await using LstmSession session = await stream.OpenSessionAsync(Taxi.Model);

        Taxi.AssertRight(0, (await session.StepAsync(Taxi.X(0))).Y);
        Taxi.AssertRight(1, (await client.StepAsync(session.Id, Taxi.X(1))).Y);
    }

    // What the service does with it is the service's; here is what goes over the wire, as .NET writes it: letter by letter.
    [Fact]
    public async Task Connect_WithTenant_SendsItWithCallsAndStreams()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = LstmClient.Connect($"{listener.LocalEndpoint}", "acme/7");
        LstmStream stream = client.OpenStream();
        Task<IReadOnlyList<Model>> call = client.ListModelsAsync();

        using TcpClient peer = await listener.AcceptTcpClientAsync(patience.Token);
        await peer.GetStream().WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 }, patience.Token); // SETTINGS: the client may begin.
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (received.ToString().Split("lstm-tenant\u0006acme/7").Length < 3)
        {
            int read = await peer.GetStream().ReadAsync(buffer, patience.Token);
            Assert.NotEqual(0, read);
            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        peer.Close();
        await Assert.ThrowsAsync<LstmException>(() => call);
        await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("é")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Connect_NotATenant_SaysWhatIsExpected(string tenant)
    {
        var fault = Assert.Throws<ArgumentException>(() => LstmClient.Connect("localhost:8001", tenant));
        Assert.Equal($"Expected a tenant of 1 to 64 visible ASCII characters but got '{tenant}'. (Parameter 'tenant')", fault.Message);
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
