using Lstm.Engine;

namespace Lstm.Cli.Tests.Verify;

/// <summary>A model with a planted fault: it loses its state before one step in so many.</summary>
internal sealed class ForgetfulModel(Model inner, int every) : Model(inner.Info)
{
    private int _steps;

    public override ModelState CreateState() => inner.CreateState();

    public override void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates)
    {
        if (_steps++ % every == every - 1)
            state.Reset();
        inner.Step(state, x, y, gates);
    }

    public override string? FindInputFault(ReadOnlySpan<float> x) => inner.FindInputFault(x);

    public override void Predict(IReadOnlyList<Sequence> sequences) => inner.Predict(sequences);

    public override StepBatch CreateBatch(int capacity) => inner.CreateBatch(capacity);
}
