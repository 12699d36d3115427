using Lstm.Engine;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx.StepGraphs;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.Models.Tests;

/// <summary>Steps a graph in ONNX Runtime, its states carried as its author means, and compares.</summary>
internal static class StepGraphOracle
{
    /// <summary>What a model does otherwise; null when nothing.</summary>
    public static string? FindFault(string path, StepGraph graph, Model model, int steps, float tolerance)
    {
        ValueInfoProto[] data = [.. graph.File.Graph.Input.Where(i => graph.Pairs.All(p => p.Input != i.Name))];
        string[] results = [.. graph.File.Graph.Output.Select(static o => o.Name).Where(o => graph.Pairs.All(p => p.Output != o))];
        if (results.Length == 0)
            results = [.. graph.File.Graph.Output.Select(static o => o.Name)];
        if (!model.Info.Inputs.Select(static i => i.Name).SequenceEqual(data.Select(static i => i.Name)))
            return $"expected the inputs {string.Join(", ", data.Select(static i => i.Name))} but found {string.Join(", ", model.Info.Inputs.Select(static i => i.Name))}";
        if (!model.Info.Outputs.Select(static o => o.Name).SequenceEqual(results))
            return $"expected the outputs {string.Join(", ", results)} but found {string.Join(", ", model.Info.Outputs.Select(static o => o.Name))}";
        if (!model.Info.IsStreamable)
            return $"does not stream: {string.Join(' ', model.Info.NotStreamable)}";
        using var options = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(path, options);
        var random = new Random(1);
        var values = graph.File.Graph.Input.ToDictionary(static i => i.Name, static i => new float[SizeOf(i)]);
        var state = model.CreateState();
        var y = new float[model.Info.OutputSize];
        for (var t = 0; t < steps; t++)
        {
            foreach (var input in data)
            {
                for (var n = 0; n < values[input.Name].Length; n++)
                    values[input.Name][n] = IsInteger(input) ? random.Next(2) == 0 ? 16000 : 8000 : (random.NextSingle() * 2) - 1;
            }
            model.Step(state, [.. data.SelectMany(i => values[i.Name])], y);
            var expected = Run(session, graph, values);
            var offset = 0;
            foreach (var name in results)
            {
                for (var n = 0; n < expected[name].Length; n++, offset++)
                {
                    if (!(Math.Abs(expected[name][n] - y[offset]) <= tolerance * Math.Max(1, Math.Abs(expected[name][n]))))
                        return $"step {t + 1}: {name}[{n}] is {y[offset]}, expected {expected[name][n]}";
                }
            }
            foreach (var (input, next) in graph.Pairs)
                values[input] = expected[next];
        }
        return null;
    }

    private static Dictionary<string, float[]> Run(InferenceSession session, StepGraph graph, Dictionary<string, float[]> values)
    {
        Dictionary<string, OrtValue> inputs = [];
        foreach (var input in graph.File.Graph.Input)
        {
            long[] shape = [.. input.Type.TensorType.Shape.Dim.Select(static d => d.HasDimValue ? d.DimValue : 1)];
            inputs[input.Name] = IsInteger(input)
                ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values[input.Name], static v => (long)v), shape)
                : OrtValue.CreateTensorValueFromMemory(values[input.Name], shape);
        }
        string[] names = [.. graph.File.Graph.Output.Select(static o => o.Name)];
        using var options = new RunOptions();
        using var results = session.Run(options, inputs, names);
        var found = names.Index().ToDictionary(static n => n.Item, n => IsInteger(graph.File.Graph.Output[n.Index])
            ? Array.ConvertAll(results[n.Index].GetTensorDataAsSpan<long>().ToArray(), static v => (float)v)
            : results[n.Index].GetTensorDataAsSpan<float>().ToArray());
        foreach (var value in inputs.Values)
            value.Dispose();
        return found;
    }

    private static bool IsInteger(ValueInfoProto value) => value.Type.TensorType.ElemType == (int)TensorProto.Types.DataType.Int64;

    private static int SizeOf(ValueInfoProto value) => value.Type.TensorType.Shape.Dim.Aggregate(1, static (product, d) => product * (d.HasDimValue ? (int)d.DimValue : 1));
}
