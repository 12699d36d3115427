using Lstm.Engine;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>One random graph run on random sequences: whole in ONNX Runtime, step by step in the native engine.</summary>
internal sealed class GraphRun
{
    private readonly RandomGraph _graph;
    private readonly Random _random;
    private readonly int _batch;
    private readonly int[] _segments;
    private readonly int _inputSize;
    // [session][timestep], all inputs one after the other.
    private readonly float[][][] _x;

    public GraphRun(RandomGraph graph)
    {
        _graph = graph;
        _random = new Random(graph.Seed ^ 0x5eed);
        _batch = graph.Batch == GraphBatch.Open ? _random.Next(1, 4) : 1;
        // A graph that hands its states out goes on from there in a second run.
        _segments = [.. Enumerable.Range(0, graph.CanGoOn ? 2 : 1).Select(_ => graph.Length ?? _random.Next(1, 7))];
        _inputSize = graph.Inputs.Sum(static i => i.Size);
        _x = [.. Enumerable.Range(0, _batch).Select(_ => Enumerable.Range(0, _segments.Sum()).Select(_ => DrawStep()).ToArray())];
    }

    /// <summary>The largest value that a state had while it was stepped.</summary>
    public float LargestState { get; private set; }

    /// <summary>What ONNX Runtime gives for every step, as <see cref="Step"/> lays it out; NaN where it was not asked.</summary>
    /// <param name="peer">The graph in ONNX Runtime.</param>
    /// <param name="inputFactor">What real inputs are multiplied by.</param>
    /// <returns>[session][timestep] all outputs one after the other.</returns>
    public float[][][] RunPeer(OrtModel peer, float inputFactor = 1)
    {
        if (_graph.IsWhole)
        {
            return RunPeerWhole(peer, inputFactor);
        }
        bool everyPrefix = _graph.Length is null && _graph.Outputs.Any(static o => o.Layout == GraphLayout.Last);
        float[][][] y = [.. _x.Select(s => s.Select(_ => Enumerable.Repeat(float.NaN, _graph.Outputs.Sum(static o => o.Size)).ToArray()).ToArray())];
        Dictionary<string, OrtTensor> states = _graph.States.ToDictionary(static s => s.Input, s => new OrtTensor(s.ShapeFor(_batch), new float[s.SizeFor(_batch)]));
        int start = 0;
        foreach (int length in _segments)
        {
            for (int prefix = everyPrefix ? 1 : length; prefix <= length; prefix++)
            {
                var inputs = new Dictionary<string, OrtTensor>(states);
                foreach (GraphInput input in _graph.Inputs)
                {
                    inputs.Add(input.Name, Pack(input, 0, _batch, start, prefix, inputFactor));
                }
                IReadOnlyDictionary<string, OrtTensor> outputs = peer.Run(inputs);
                Unpack(outputs, 0, _batch, start, prefix, y);
                if (prefix == length)
                {
                    states = _graph.States.ToDictionary(static s => s.Input, s => new OrtTensor(s.ShapeFor(_batch), outputs[s.Output].Values));
                }
            }
            start += length;
        }
        return y;
    }

    /// <summary>What the native engine gives, one step at a time.</summary>
    /// <param name="model">The graph in the native engine.</param>
    /// <returns>[session][timestep] all outputs one after the other.</returns>
    public float[][][] Step(Model model)
    {
        Assert.Equal(_graph.Outputs.Select(static o => (o.Name, o.Size)), model.Info.Outputs.Select(static o => (o.Name, o.Size)));
        Assert.Equal(_graph.Inputs.Select(static i => (i.Name, i.Size)), model.Info.Inputs.Select(static i => (i.Name, i.Size)));
        return [.. _x.Select(sequence =>
        {
            ModelState state = model.CreateState();
            return sequence.Select(x =>
            {
                var y = new float[model.Info.OutputSize];
                model.Step(state, x, y);
                var values = new float[model.Info.StateSize];
                state.CopyTo(values);
                LargestState = values.Select(Math.Abs).Where(float.IsFinite).Append(LargestState).Max();
                return y;
            }).ToArray();
        })];
    }

    /// <summary>What the native engine gives for whole sequences that run together, each of another length.</summary>
    /// <param name="model">The graph in the native engine.</param>
    /// <returns>[session][timestep], shorter by one timestep from session to session where the lengths are free.</returns>
    public float[][][] Predict(Model model)
    {
        Sequence[] sequences = [.. _x.Select((s, n) =>
        {
            int length = _graph.IsWhole ? LengthOf(n) : model.Info.SequenceLength ?? Math.Max(1, _segments.Sum() - n);
            return new Sequence(model.CreateState(), length, s.Take(length).SelectMany(static x => x).ToArray(), new float[length * model.Info.OutputSize]);
        })];
        model.Predict(sequences);
        return [.. sequences.Select(s => s.Y.ToArray().Chunk(model.Info.OutputSize).ToArray())];
    }

    private float[] DrawStep()
    {
        var x = new List<float>();
        foreach (GraphInput input in _graph.Inputs)
        {
            x.AddRange(Enumerable.Range(0, input.Size).Select(_ => input.Tokens > 0 ? _random.Next(input.Tokens) : (float)((_random.NextDouble() * 4) - 2)));
        }
        return [.. x];
    }

    // Each session's sequence alone, for each has another length.
    private float[][][] RunPeerWhole(OrtModel peer, float inputFactor)
    {
        float[][][] y = [.. _x.Select((_, n) => Enumerable.Range(0, LengthOf(n)).Select(_ => Enumerable.Repeat(float.NaN, _graph.Outputs.Sum(static o => o.Size)).ToArray()).ToArray())];
        for (int n = 0; n < _batch; n++)
        {
            Unpack(peer.Run(_graph.Inputs.ToDictionary(static i => i.Name, i => Pack(i, n, 1, 0, LengthOf(n), inputFactor))), n, 1, 0, LengthOf(n), y);
        }
        return y;
    }

    private int LengthOf(int session) => _graph.Length ?? Math.Max(1, _segments.Sum() - session);

    private OrtTensor Pack(GraphInput input, int session, int sessions, int start, int length, float factor)
    {
        int before = _graph.Inputs.TakeWhile(i => i != input).Sum(static i => i.Size);
        var values = new float[sessions * length * input.Size];
        for (int b = 0; b < sessions; b++)
        {
            for (int t = 0; t < length; t++)
            {
                int at = _graph.Layout == GraphLayout.TimeFirst ? (t * sessions) + b : (b * length) + t;
                for (int n = 0; n < input.Size; n++)
                {
                    values[(at * input.Size) + n] = _x[session + b][start + t][before + n] * (input.Tokens > 0 ? 1 : factor);
                }
            }
        }
        long[] leading = _graph.Batch == GraphBatch.None ? [length] : _graph.Layout == GraphLayout.TimeFirst ? [length, sessions] : [sessions, length];
        string type = input.Type switch { DataType.Int64 => "int64", DataType.Int32 => "int32", _ => "float32" };
        return OrtTensor.FromFloats(type, [.. leading, .. input.Features.Select(static n => (long)n)], values);
    }

    private void Unpack(IReadOnlyDictionary<string, OrtTensor> outputs, int session, int sessions, int start, int length, float[][][] y)
    {
        int before = 0;
        foreach (GraphValue output in _graph.Outputs)
        {
            var values = (float[])outputs[output.Name].Values;
            bool last = output.Layout == GraphLayout.Last;
            Assert.Equal(sessions * (last ? 1 : length) * output.Size, values.Length);
            for (int b = 0; b < sessions; b++)
            {
                for (int t = last ? length - 1 : 0; t < length; t++)
                {
                    int at = last ? b : output.Layout == GraphLayout.TimeFirst ? (t * sessions) + b : (b * length) + t;
                    values.AsSpan(at * output.Size, output.Size).CopyTo(y[session + b][start + t].AsSpan(before));
                }
            }
            before += output.Size;
        }
    }
}
