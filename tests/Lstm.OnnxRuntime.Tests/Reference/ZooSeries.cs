using Lstm.Engine;
using Lstm.OnnxRuntime.Backend;

namespace Lstm.OnnxRuntime.Tests.Reference;

/// <summary>A case cut into sessions and timesteps, on the axes that the model says; wrong axes give wrong results.</summary>
internal sealed class ZooSeries
{
    private readonly OrtBackedModel _model;
    private readonly ZooCase _case;

    public ZooSeries(OrtBackedModel model, ZooCase reference)
    {
        (_model, _case) = (model, reference);
        var x = model.Plan.Inputs[model.Plan.X[0].Tensor];
        var shape = reference.Tensor(x.Name, "input")!.Value.Shape; // every case has its inputs
        Length = x.Time < 0 ? 1 : shape[x.Time];
        Sessions = x.Batch < 0 ? 1 : shape[x.Batch];
    }

    public int Length { get; }

    public int Sessions { get; }

    public float[] X(int session, int t)
    {
        var x = new float[_model.Info.InputSize];
        foreach (var slot in _model.Plan.X)
            Cut(_model.Plan.Inputs[slot.Tensor], "input", session, t).CopyTo(x, slot.Offset);
        return x;
    }

    public ModelState Start(int session)
    {
        var values = new float[_model.Info.StateSize];
        foreach (var slot in _model.Plan.States)
            Cut(_model.Plan.Inputs[slot.Into.Tensor], "input", session, 0).CopyTo(values, slot.Into.Offset);
        var state = _model.CreateState();
        state.CopyFrom(values);
        return state;
    }

    public Sequence[] Sequences() =>
        [.. Enumerable.Range(0, Sessions).Select(s => new Sequence(Start(s), Length, Enumerable.Range(0, Length).SelectMany(t => X(s, t)).ToArray(), new float[Length * _model.Info.OutputSize]))];

    public void AssertOutputs(int session, float[] y, ModelState state)
    {
        foreach (var slot in _model.Plan.Y)
        {
            var tensor = _model.Plan.Outputs[slot.Tensor];
            for (var t = tensor.Time < 0 ? Length - 1 : 0; t < Length; t++)
                AssertNear(tensor.Name, Cut(tensor, "output", session, t), y.AsSpan((t * _model.Info.OutputSize) + slot.Offset, slot.Size));
        }
        var values = new float[_model.Info.StateSize];
        state.CopyTo(values);
        foreach (var slot in _model.Plan.States)
            AssertNear(slot.Name, Cut(_model.Plan.Outputs[slot.From.Tensor], "output", session, 0), values.AsSpan(slot.From.Offset, slot.From.Size));
    }

    private float[] Cut(PlanTensor tensor, string role, int session, int t)
    {
        var (shape, values) = _case.Tensor(tensor.Name, role)!.Value; // every case has its inputs and outputs
        var index = new int[shape.Length];
        var result = new List<float>();
        for (var n = 0; n < values.Length; n++)
        {
            if ((tensor.Time < 0 || index[tensor.Time] == t) && (tensor.Batch < 0 || index[tensor.Batch] == session))
                result.Add((float)values[n]);
            for (var axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
                index[axis] = 0;
        }
        return [.. result];
    }

    private void AssertNear(string name, float[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var n = 0; n < expected.Length; n++)
            Assert.True(Math.Abs(expected[n] - actual[n]) <= _case.Allowed(expected[n]), $"{name}[{n}]: expected {expected[n]} but got {actual[n]}");
    }
}
