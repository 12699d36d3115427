using System.Diagnostics;
using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Hosting;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Predictions;

/// <summary>Runs whole sequences, without a session: the one way in for every face. Few at a time, so that steps keep their processors.</summary>
internal sealed class Predictor : IDisposable
{
    // Timesteps between two looks at whether anybody still waits for the answer: some milliseconds of a small model.
    private const int Stretch = 256;

    private readonly SequenceChecks _checks;
    private readonly InitialState _starts;
    private readonly LstmMeter _meter;
    private readonly CancellationToken _stopping;
    private readonly Turns _turns;

    /// <summary>Nothing runs yet.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="sessions">Limits of what a session, and a sequence as well, is given once.</param>
    /// <param name="meter">Where predictions are counted.</param>
    /// <param name="readiness">Tells when the service stops.</param>
    public Predictor(PredictOptions options, SessionsOptions sessions, LstmMeter meter, Readiness readiness)
    {
        _starts = new(new(sessions));
        (_checks, _meter, _stopping) = (new(options), meter, readiness.Stopping);
        _turns = new(options.MaxRunning, options.MaxWaiting, () => Throw.QueueFull("predictions", options.MaxWaiting, "Lstm:Predict:MaxWaiting"));
    }

    /// <summary>Refuses more sequences than one request may have.</summary>
    /// <param name="sequences">How many there are.</param>
    /// <exception cref="LstmException">PREDICTION_TOO_LARGE.</exception>
    public void CheckCount(int sequences) => _checks.CheckCount(sequences);

    /// <summary>Runs the sequences of one request together.</summary>
    /// <param name="served">The model, streamable or not.</param>
    /// <param name="sequences">The sequences; they may differ in length.</param>
    /// <param name="wantState">Whether the states after the sequences are wanted.</param>
    /// <param name="gone">Cancelled when the caller goes away.</param>
    /// <returns>A result for each sequence, in their order.</returns>
    /// <exception cref="LstmException">As <see cref="SequenceChecks.Check"/> and <see cref="InitialState.Create"/>; QUEUE_FULL or SHUTTING_DOWN.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<PredictResult[]> PredictAsync(ServedModel served, IReadOnlyList<PredictSequence> sequences, bool wantState, CancellationToken gone)
    {
        long start = Stopwatch.GetTimestamp();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, _stopping);
        int[] lengths = _checks.Check(served, sequences);
        var results = await InTurnAsync(() => Run(served, sequences, lengths, wantState, end.Token), end.Token);
        RequestSpan.Predicted(served.Name, lengths.Length, lengths.Sum());
        _meter.Predicted(lengths.Length, lengths.Sum(), Stopwatch.GetElapsedTime(start), served.Tag);
        return results;
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private async Task<PredictResult[]> InTurnAsync(Func<PredictResult[]> run, CancellationToken end)
    {
        try
        {
            using var turn = await _turns.TakeAsync(end);
            // A thread of its own: the pool's threads belong to steps, and to everything that must not wait.
            return await Task.Factory.StartNew(run, end, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw Throw.ShuttingDown();
        }
    }

    // Outputs and states are allocated here and not before: a request that waits holds nothing but what it sent.
    private PredictResult[] Run(ServedModel served, IReadOnlyList<PredictSequence> requested, int[] lengths, bool wantState, CancellationToken end)
    {
        var sequences = new Sequence[lengths.Length];
        for (int s = 0; s < lengths.Length; s++)
            sequences[s] = new(_starts.Create(served, requested[s], s), lengths[s], requested[s].X, new float[lengths[s] * served.OutputWords]);
        try
        {
            Run(served.Model, sequences, end);
        }
        catch (InputRefusedException refusal)
        {
            throw Throw.InputRefused(served.Name, refusal);
        }
        catch (RunTooLongException stop)
        {
            throw Throw.RunTooLong(served.Name, stop);
        }
        return Array.ConvertAll(sequences, s => PredictResult.From(served, s, wantState));
    }

    private static void Run(Model model, Sequence[] sequences, CancellationToken end)
    {
        // What can be stepped may as well run in stretches, with its state carried along; the rest needs its end to know its beginning.
        if (!model.Info.IsStreamable || model.Info.RunsDiffer || model.Info.SequenceLength is not null)
        {
            end.ThrowIfCancellationRequested();
            model.Predict(sequences);
            return;
        }

        int longest = sequences.Max(static s => s.Length);
        for (int start = 0; start < longest; start += Stretch)
        {
            end.ThrowIfCancellationRequested();
            model.Predict([.. sequences.Where(s => s.Length > start).Select(s => Cut(s, start))]);
        }
    }

    private static Sequence Cut(Sequence whole, int start)
    {
        int length = Math.Min(Stretch, whole.Length - start);
        (int x, int y) = (whole.X.Length / whole.Length, whole.Y.Length / whole.Length);
        return new(whole.State, length, whole.X.Slice(start * x, length * x), whole.Y.Slice(start * y, length * y));
    }
}
