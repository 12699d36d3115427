using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Service;
using Lstm.Cli.Bench.Service.Load;
using Lstm.V1;

namespace Lstm.Cli.Tests.Bench.Service.Load;

/// <summary>Whether the generator notices what a server does wrong.</summary>
public sealed class LoadRunTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private readonly BenchModels _models = new(["lstm-4"]);

    [Fact]
    public async Task RunAsync_ErrorInBand_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(4, 2), static request =>
            request.Step is { Step: 3 } ? new StreamReply { Handle = request.Step.Handle, Error = new Error { Reason = "QUEUE_FULL", Message = "Later." } } : ScriptedServer.Answer(request, 4));

        Assert.Matches("^The server refused a message for handle [12]: QUEUE_FULL: Later\\.$", fault);
    }

    [Fact]
    public async Task RunAsync_CallEndsEarly_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(1, 1), static request => request.Step is { Step: 3 } ? null : ScriptedServer.Answer(request, 4), "14");

        Assert.Equal("The server ended stream 1 before the client did with grpc-status 14: as told.", fault);
    }

    [Fact]
    public async Task RunAsync_WrongOutputs_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(4, 2), static request => ScriptedServer.Answer(request, 4));

        Assert.StartsWith("The server answered wrongly: session 0, step 1, y[0] should be ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TooFewOutputs_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(4, 2), static request => ScriptedServer.Answer(request, 3));

        Assert.Equal("Expected 4 outputs but got 3 from the server.", fault);
    }

    [Fact]
    public async Task RunAsync_WrongStep_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(1, 1, Chunk: 2), static request =>
        {
            StreamReply reply = ScriptedServer.Answer(request, 4);
            if (reply.Result is { Step: 5 } result)
                result.Step = 3;
            return reply;
        });

        Assert.Equal("Expected 2 new steps from step 5 of handle 1 but got 2 new from step 3 of handle 1 from the server.", fault);
    }

    [Fact]
    public async Task RunAsync_FaultInABatch_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(4, 1, Batch: 2), static request =>
        {
            StreamReply reply = ScriptedServer.Answer(request, 4);
            reply.Batch?.Faults.Add(new BatchFault { Handle = 2, Error = new Error { Reason = "STEP_GAP", Message = "No." } });
            return reply;
        });

        Assert.Equal("Expected new steps without a fault but got handle 2: STEP_GAP: No. from the server.", fault);
    }

    [Fact]
    public async Task RunAsync_BatchInAnotherOrder_IsAFault()
    {
        string fault = await FaultOfAsync(new LoadShape(4, 1, Batch: 2), static request =>
        {
            StreamReply reply = ScriptedServer.Answer(request, 4);
            if (reply.Batch is { } batch)
                (batch.Handles[0], batch.Handles[1]) = (batch.Handles[1], batch.Handles[0]);
            return reply;
        });

        Assert.Equal("Expected step 1 of handle 1 at place 0 of a batch but got step 1 of handle 2 from the server.", fault);
    }

    [Fact]
    public async Task RunAsync_NobodyListens_IsAFault()
    {
        var nobody = await ScriptedServer.StartAsync(static _ => null);
        Uri address = nobody.Address;
        await nobody.DisposeAsync();

        var fault = await Assert.ThrowsAsync<LoadException>(() => RunAsync(address, new LoadShape(1, 1)));

        Assert.StartsWith($"No HTTP/2 connection to {address}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Cancelled_Ends()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static request => ScriptedServer.Answer(request, 4));
        using var cancellation = new CancellationTokenSource(Short);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LoadRun.RunAsync(
            server.Address, Environment.ProcessId, () => new LoadPlan(new LoadShape(4, 2), _models["lstm-4"]), TimeSpan.FromMinutes(10), cancellation.Token));
    }

    public void Dispose() => _models.Dispose();

    private async Task<string> FaultOfAsync(LoadShape shape, Func<StreamRequest, StreamReply?> answer, string status = "0")
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(answer, status);
        return (await Assert.ThrowsAsync<LoadException>(() => RunAsync(server.Address, shape))).Message;
    }

    private Task<LoadFigures> RunAsync(Uri address, LoadShape shape) =>
        LoadRun.RunAsync(address, Environment.ProcessId, () => new LoadPlan(shape, _models["lstm-4"]), Short, CancellationToken.None);
}
