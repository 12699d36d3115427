using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>
/// ONNX's own node tests of LSTM, GRU and RNN. There the weights are inputs of the graph; here they are put into the file first, as in any model.
/// Lengths of sequences that all are T and initial states that all are zero are left out, for they say nothing.
/// </summary>
public sealed class OnnxNodeTests : IDisposable
{
    // The references are numpy's sums of at most seven products; a few roundings of values below 1.
    private const float Tolerance = 1e-6f;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-node-").FullName;

    public static TheoryData<string> Cases =>
        [.. Directory.GetDirectories(Repository.Path("tests", "data", "onnx-node-tests")).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Cases_AreAllThere() => Assert.Equal(12, Cases.Count);

    [Theory, MemberData(nameof(Cases))]
    public void Step_OfNodeTest_GivesTheReference(string name) => Run(name, static (model, sequences) =>
    {
        foreach (Sequence s in sequences)
        {
            for (int t = 0; t < s.Length; t++)
            {
                (int i, int o) = (model.Info.InputSize, model.Info.OutputSize);
                model.Step(s.State, s.X.Span.Slice(t * i, i), s.Y.Span.Slice(t * o, o));
            }
        }
    });

    [Theory, MemberData(nameof(Cases))]
    public void Predict_OfNodeTest_GivesTheReference(string name) => Run(name, static (model, sequences) => model.Predict(sequences));

    private void Run(string name, Action<Model, Sequence[]> run)
    {
        string folder = Repository.Path("tests", "data", "onnx-node-tests", name);
        ModelProto file = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.pb")));
        NodeProto node = Assert.Single(file.Graph.Node);
        bool batchFirst = node.Attribute.Any(static a => a is { Name: "layout", I: 1 });
        Dictionary<string, TensorProto> inputs = Read(file.Graph.Input, folder, "input");
        long[] dims = [.. inputs["X"].Dims];
        (int batch, int length, int width) = batchFirst ? ((int)dims[0], (int)dims[1], (int)dims[2]) : ((int)dims[1], (int)dims[0], (int)dims[2]);
        Model model = Model.Load(Freeze(file, node, inputs, length));

        float[] x = Floats(inputs["X"]);
        Sequence[] sequences = [.. Enumerable.Range(0, batch).Select(b => new Sequence(
            model.CreateState(),
            length,
            Enumerable.Range(0, length).SelectMany(t => x.Skip((batchFirst ? (b * length) + t : (t * batch) + b) * width).Take(width)).ToArray(),
            new float[length * model.Info.OutputSize]))];
        run(model, sequences);

        foreach ((string output, TensorProto tensor) in Read(file.Graph.Output, folder, "output"))
        {
            float[] expected = Floats(tensor);
            int first = model.Info.Outputs.TakeWhile(o => o.Name != output).Sum(static o => o.Size);
            int size = model.Info.Outputs.Single(o => o.Name == output).Size;
            for (int b = 0; b < batch; b++)
            {
                // Y_h is of the last step; Y is given only where the batch comes first.
                for (int t = output == "Y" ? 0 : length - 1; t < length; t++)
                {
                    int at = output == "Y" ? (b * length) + t : b;
                    float[] actual = sequences[b].Y.Slice((t * model.Info.OutputSize) + first, size).ToArray();
                    Assert.All(actual.Index(), pair => Assert.Equal(expected[(at * size) + pair.Index], pair.Item, Tolerance));
                }
            }
        }
    }

    private string Freeze(ModelProto file, NodeProto node, Dictionary<string, TensorProto> inputs, int length)
    {
        foreach (ValueInfoProto input in file.Graph.Input.Where(static i => i.Name is "W" or "R" or "B" or "P").ToArray())
        {
            file.Graph.Input.Remove(input);
            file.Graph.Initializer.Add(inputs[input.Name]);
        }
        foreach (ValueInfoProto input in file.Graph.Input.Where(static i => i.Name != "X").ToArray())
        {
            Assert.All(inputs[input.Name].RawData.Chunk(sizeof(int)), n => Assert.Equal(input.Name == "sequence_lens" ? length : 0, BitConverter.ToInt32(n)));
            file.Graph.Input.Remove(input);
            node.Input[node.Input.IndexOf(input.Name)] = "";
        }
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, file.ToByteArray());
        return path;
    }

    private static Dictionary<string, TensorProto> Read(IEnumerable<ValueInfoProto> ports, string folder, string role) => ports.Index().ToDictionary(
        static p => p.Item.Name,
        p => TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", $"{role}_{p.Index}.pb"))));

    private static float[] Floats(TensorProto tensor) => [.. tensor.RawData.Chunk(sizeof(float)).Select(static four => BitConverter.ToSingle(four))];
}
