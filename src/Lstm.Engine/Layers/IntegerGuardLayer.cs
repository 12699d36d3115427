namespace Lstm.Engine.Layers;

/// <summary>
/// Refuses a step whose whole numbers go beyond what floats hold exactly. A sum or product of whole numbers that rounds to less than 2^24 in magnitude is exact.
/// </summary>
/// <param name="Offset">Where the numbers begin in a row.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Least">The least that is exact.</param>
/// <param name="Most">The largest that is exact.</param>
/// <param name="What">The node and what it does, for the message.</param>
internal sealed record IntegerGuardLayerSpec(int Offset, int Length, float Least, float Most, string What) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new IntegerGuardLayer(this);

    private sealed class IntegerGuardLayer(IntegerGuardLayerSpec spec) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                foreach (float value in frame.Row(session).Slice(spec.Offset, spec.Length))
                {
                    // Not a number is neither.
                    if (!(value >= spec.Least && value <= spec.Most))
                    {
                        Refuse(value);
                    }
                }
            }
        }

        private void Refuse(float value) => throw new InputRefusedException(
            $"{spec.What} the whole number {value:R}; the native engine computes them exactly from {spec.Least:R} to {spec.Most:R}. With \"backend\": \"onnxruntime\" in model.json they have all of their bits.");
    }
}
