using Microsoft.ML.OnnxRuntime;

namespace Lstm.Incumbent;

/// <summary>Steps any session of a model, one at a time. All tensors are reserved and bound once: a step is a copy in, a run and a copy out.</summary>
internal sealed class StepLane : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly BoundTensor _x;
    private readonly BoundTensor _y;
    private readonly (BoundTensor Old, BoundTensor New)[] _states;

    /// <summary>Binds.</summary>
    /// <param name="session">The model in ONNX Runtime.</param>
    /// <param name="x">Its input.</param>
    /// <param name="y">Its output.</param>
    /// <param name="states">Each of its states, as it goes in and comes out.</param>
    public StepLane(InferenceSession session, BoundTensor x, BoundTensor y, (BoundTensor Old, BoundTensor New)[] states)
    {
        (_session, _x, _y, _states) = (session, x, y, states);
        _binding = session.CreateIoBinding();
        _binding.BindInput(x.Name, x.Ort);
        _binding.BindOutput(y.Name, y.Ort);
        foreach (var (before, after) in states)
        {
            _binding.BindInput(before.Name, before.Ort);
            _binding.BindOutput(after.Name, after.Ort);
        }
    }

    /// <summary>Advances a state by one timestep.</summary>
    /// <param name="state">All states, one after the other.</param>
    /// <param name="x">x(t).</param>
    /// <returns>y(t); valid until the next step.</returns>
    public ReadOnlySpan<float> Step(Span<float> state, ReadOnlySpan<float> x)
    {
        x.CopyTo(_x.Values);
        Span<float> rest = state;
        foreach (var (before, _) in _states)
        {
            rest[..before.Values.Length].CopyTo(before.Values);
            rest = rest[before.Values.Length..];
        }

        _session.RunWithBinding(_options, _binding);
        rest = state;
        foreach (var (_, after) in _states)
        {
            after.Values.CopyTo(rest);
            rest = rest[after.Values.Length..];
        }

        return _y.Values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _options.Dispose();
        _x.Dispose();
        _y.Dispose();
        foreach (var (before, after) in _states)
        {
            before.Dispose();
            after.Dispose();
        }
    }
}
