using Lstm.Engine;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A real model that tells when it predicts.</summary>
internal sealed class SpyModel(Model inner) : Model(inner.Info)
{
    /// <summary>Runs before every prediction.</summary>
    public Action? Predicting { get; set; }

    /// <summary>Predictions begun.</summary>
    public int Runs { get; private set; }

    public override ModelState CreateState() => inner.CreateState();

    public override void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates) => inner.Step(state, x, y, gates);

    public override string? FindInputFault(ReadOnlySpan<float> x) => inner.FindInputFault(x);

    public override StepBatch CreateBatch(int capacity) => inner.CreateBatch(capacity);

    public override void Predict(IReadOnlyList<Sequence> sequences)
    {
        Runs++;
        Predicting?.Invoke();
        inner.Predict(sequences);
    }
}
