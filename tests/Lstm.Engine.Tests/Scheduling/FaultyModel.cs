namespace Lstm.Engine.Tests.Scheduling;

/// <summary>A model whose batches fail as a whole when one input begins with <see cref="Bad"/>.</summary>
internal sealed class FaultyModel(Model inner) : Model(inner.Info)
{
    public const float Bad = 13;

    public override ModelState CreateState() => NewState(new float[Info.StateSize]);

    public override void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates) => throw new NotSupportedException();

    public override string? FindInputFault(ReadOnlySpan<float> x) => null;

    public override StepBatch CreateBatch(int capacity) => new FaultyBatch(this, inner.CreateBatch(capacity));

    public override void Predict(IReadOnlyList<Sequence> sequences) => throw new NotSupportedException();

    private sealed class FaultyBatch(Model model, StepBatch batch) : StepBatch(model, batch.Capacity)
    {
        internal override void Run(ReadOnlySpan<StepItem> items)
        {
            foreach (StepItem item in items)
            {
                if (item.X.Span[0] == Bad)
                {
                    throw new ArgumentException("A bad input.");
                }
            }
            batch.Run(items);
        }
    }
}
