using Lstm.Cli;
using Lstm.Cli.Hosting;
using Lstm.V1;

namespace Lstm.Client.Tests;

[Collection(ServiceGroup.Name)]
public sealed class LstmStreamTests(ServiceFixture service) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly LstmClient _client = service.Connect();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task OneStream_ManySessions_KeepApart()
    {
        await using LstmStream stream = _client.OpenStream();
        LstmSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => stream.OpenSessionAsync(Taxi.Model)));
        for (int step = 0; step < 10; step++)
        {
            StepResult[] results = await Task.WhenAll(sessions.Select(session => session.StepAsync(Taxi.X(step))));
            Assert.All(results, result => Taxi.AssertRight(step, result.Y));
        }

        Assert.Equal(50, sessions.Select(session => session.Id).Distinct().Count());
    }

    [Fact]
    public async Task StepBatchAsync_OfManySessions_GivesWhatSingleStepsGive()
    {
        await using LstmStream stream = _client.OpenStream();
        LstmSession[] sessions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => stream.OpenSessionAsync(Taxi.Model)));
        for (int step = 0; step < 10; step++)
        {
            float[] x = [.. sessions.SelectMany(_ => Taxi.X(step))];
            BatchResult result = await stream.StepBatchAsync(sessions, x);
            Assert.Equal(sessions.Select(session => session.Handle), result.Handles);
            Assert.All(result.Steps, n => Assert.Equal((ulong)step + 1, n));
            for (int n = 0; n < sessions.Length; n++)
                Taxi.AssertRight(step, result.Y.Skip(n * 3).Take(3).ToArray());
        }

        Assert.All(sessions, session => Assert.Equal(10ul, session.Step));
    }

    [Fact]
    public async Task StepBatchAsync_WithFaults_KeepsTheNumbersOfEverySession()
    {
        await using LstmStream stream = _client.OpenStream();
        LstmSession good = await stream.OpenSessionAsync(Taxi.Model);
        LstmSession bad = await stream.OpenSessionAsync(Taxi.Model);

        BatchResult result = await stream.StepBatchAsync([bad, good], (float[])[float.NaN, 0, 1, 0.78f, 0.62f, .. Taxi.X(0)]);
        var refused = await Assert.ThrowsAsync<LstmException>(() => stream.StepBatchAsync([good, bad, good], (float[])[.. Taxi.X(1), .. Taxi.X(0), .. Taxi.X(1)]));

        Assert.Equal([good.Handle], result.Handles);
        BatchFault fault = Assert.Single(result.Faults);
        Assert.Equal((bad.Handle, "INPUT_NOT_FINITE"), (fault.Handle, fault.Error.Reason));
        Assert.Equal("BATCH_HANDLE_TWICE", refused.Reason);
        Assert.Equal((1ul, 0ul), (good.Step, bad.Step));
        Taxi.AssertRight(1, (await good.StepAsync(Taxi.X(1))).Y); // step 2, although the refused message had taken numbers
        Taxi.AssertRight(0, (await bad.StepAsync(Taxi.X(0))).Y);
    }

    [Fact]
    public async Task StepBatchAsync_WithASessionOfAnotherStream_IsRefusedAtOnce()
    {
        await using LstmStream one = _client.OpenStream();
        await using LstmStream other = _client.OpenStream();
        LstmSession session = await one.OpenSessionAsync(Taxi.Model);
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => other.StepBatchAsync([session], Taxi.X(0)));
        Assert.Equal($"Session '{session.Id}' is open on another stream. Send its steps there.", refusal.Message);
    }

    [Fact]
    public async Task OpenStream_Cancelled_FailsWhatWaitsAndLeavesTheSession()
    {
        using var cancellation = new CancellationTokenSource();
        string id;
        await using (LstmStream stream = _client.OpenStream(cancellation.Token))
        {
            LstmSession session = await stream.OpenSessionAsync(Taxi.Model);
            id = session.Id;
            await session.StepAsync(Taxi.X(0));
            await cancellation.CancelAsync();
            var broken = await Assert.ThrowsAsync<LstmException>(() => session.StepAsync(Taxi.X(1)).WaitAsync(Patience));
            Assert.Equal("CANCELLED", broken.Reason);
        }

        await using LstmStream next = _client.OpenStream();
        await using LstmSession resumed = await next.ResumeSessionAsync(id);
        Assert.InRange(resumed.Step, 1ul, 2ul); // the step may have been done before the cancellation came
        Taxi.AssertRight((int)resumed.Step, (await resumed.StepAsync(Taxi.X((int)resumed.Step))).Y);
    }

    [Fact]
    public async Task DisposeAsync_WithStepsInFlight_LetsThemArrive()
    {
        LstmStream stream = _client.OpenStream();
        LstmSession session = await stream.OpenSessionAsync(Taxi.Model);
        Task<StepResult>[] steps = [.. Enumerable.Range(0, 20).Select(i => session.StepAsync(Taxi.X(i)))];
        await Task.WhenAll(steps[..1]);
        await stream.DisposeAsync();

        StepResult[] results = await Task.WhenAll(steps).WaitAsync(Patience);
        Taxi.AssertRight(19, results[19].Y);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.StepAsync(Taxi.X(20)));
        await stream.DisposeAsync(); // twice is harmless
    }

    [Fact]
    public async Task ServerGone_StepsFail_WithOneReason()
    {
        await using ServiceProcess shortLived = await ServiceProcess.StartAsync(Installation.Service, Installation.Models, CancellationToken.None);
        using var client = LstmClient.Connect(shortLived.GrpcAddress);
        await using LstmStream stream = client.OpenStream();
        LstmSession session = await stream.OpenSessionAsync(Taxi.Model);
        await session.StepAsync(Taxi.X(0));

        using (var process = System.Diagnostics.Process.GetProcessById(shortLived.Id))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        var lost = await Assert.ThrowsAsync<LstmException>(() => session.StepAsync(Taxi.X(1)).WaitAsync(Patience));
        Assert.Contains(lost.Reason, new[] { "UNAVAILABLE", "INTERNAL" }); // depends on what breaks first: the connection or the stream
        await Assert.ThrowsAsync<LstmException>(() => session.StepAsync(Taxi.X(1)).WaitAsync(Patience));
    }
}
