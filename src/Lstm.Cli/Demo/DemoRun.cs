using System.Diagnostics;
using Lstm.Cli.Demo.View;
using Lstm.Cli.Hosting;
using Lstm.Client;
using Lstm.V1;

namespace Lstm.Cli.Demo;

/// <summary>The demo from beginning to end: service up, series through, summary, service down.</summary>
internal static class DemoRun
{
    private const string ModelName = "nyc-taxi";
    private const string SessionId = "taxi-demo";

    /// <summary>Runs the demo.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CommandFailedException">The service did not start, refused a step or was lost; the message says which and why.</exception>
    public static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellation)
    {
        // System.CommandLine answers a signal by waiting for this task, which it has only once this method has returned one.
        await Task.Yield();
        DemoState state = Load();
        if (!options.Json)
            Console.WriteLine("Starting the service ...");
        await using ServiceProcess service = await ServiceProcess.StartAsync(Installation.Service, Installation.Models, cancellation);
        try
        {
            Pace pace = options.Speed ?? (options.Json ? Pace.Unlimited : Pace.Default(state.Series.Count));
            using (IDemoView view = ViewFor(options))
                await StreamAsync(service, state, view, pace, cancellation);
        }
        catch (LstmException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailedException(
                $"The stream failed after {state.Done} steps. {failure.Reason}: {failure.Message}{Environment.NewLine}The end of the service's log:{Environment.NewLine}{service.LastLogLines()}",
                failure);
        }
        catch (LstmException)
        {
            // Ctrl-C reached the service before the stream could say goodbye.
            throw new OperationCanceledException(cancellation);
        }

        if (options.Keep)
            service.Keep();
        if (!options.Json)
        {
            SummaryText.Write(state);
            if (options.Keep)
                WhatNextText.Write(Console.Out, service, SessionId);
        }
        else
        {
            if (options.Keep)
                WhatNextText.Write(Console.Error, service, SessionId);
            Console.WriteLine(DemoSummary.From(state).ToJson());
        }

        return 0;
    }

    private static DemoState Load()
    {
        string folder = Path.Combine(Installation.Models, ModelName);
        return new DemoState(
            TaxiSeries.Read(Path.Combine(folder, "nyc_taxi.csv")),
            ReferenceTrace.Read(Path.Combine(folder, "trace_full.json")),
            AnomalyWindow.Read(Path.Combine(folder, "anomaly_windows.json")));
    }

    private static IDemoView ViewFor(DemoOptions options) =>
        options.Json ? new SilentView()
        : LiveView.IsPossible ? new LiveView()
        : new PlainView();

    /// <summary>One timestep per message, and the next one only after the answer: as live data comes.</summary>
    private static async Task StreamAsync(ServiceProcess service, DemoState state, IDemoView view, Pace pace, CancellationToken cancellation)
    {
        using var client = LstmClient.Connect(service.GrpcAddress);
        await using LstmStream stream = client.OpenStream(cancellation);
        await using LstmSession session = await stream.OpenSessionAsync(ModelName, SessionId, cancellation: cancellation);

        var x = new float[TaxiSeries.InputSize];
        state.Start();
        for (int i = 0; i < state.Series.Count; i++)
        {
            await pace.WaitAsync(i, cancellation);
            state.Series.Input(i, x);
            long sent = Stopwatch.GetTimestamp();
            StepResult result = await session.StepAsync(x, cancellation: cancellation);
            state.Add(result.Y, Stopwatch.GetElapsedTime(sent));
            view.Update(state);
        }

        state.Stop();
    }
}
