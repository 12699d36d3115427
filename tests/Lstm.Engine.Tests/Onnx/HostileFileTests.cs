using System.Diagnostics;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>Files that someone made to do harm: read other files, exhaust stack, time or memory.</summary>
public sealed class HostileFileTests : IDisposable
{
    // Generous for a busy machine; what is tested for would take hours or never end.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-hostile-").FullName;

    private string ModelPath => Path.Combine(_folder, "model", "model.onnx");

    public HostileFileTests() => Directory.CreateDirectory(Path.Combine(_folder, "model"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("../../../../../../etc/passwd", "its location '../../../../../../etc/passwd' has a '..'; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("/etc/passwd", "its location '/etc/passwd' is absolute; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("/dev/zero", "its location '/dev/zero' is absolute; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("../weights.bin", "its location '../weights.bin' has a '..'; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("folder/../../weights.bin", "its location 'folder/../../weights.bin' has a '..'; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("", "its location '' is empty; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("..\\weights.bin", "its location '..\\weights.bin' has a backslash; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("a\0b\n", "its location 'a?b?' has control characters; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("link.bin", "its location 'link.bin' leads out of the model's folder over a symbolic link; put the file itself beside the model.")]
    [InlineData("up/weights.bin", "its location 'up/weights.bin' leads out of the model's folder over a symbolic link; put the file itself beside the model.")]
    [InlineData("far/weights.bin", "its location 'far/weights.bin' leads out of the model's folder over a symbolic link; put the file itself beside the model.")]
    [InlineData("beside/weights.bin", "its location 'beside/weights.bin' leads out of the model's folder over a symbolic link; put the file itself beside the model.")]
    [InlineData("zero", "its location 'zero' leads out of the model's folder over a symbolic link; put the file itself beside the model.")]
    [InlineData("round/weights.bin", "the file 'round/weights.bin' cannot be read: more than 40 symbolic links on the way.")]
    [InlineData("folder", "its location 'folder' is a folder; expected a file.")]
    [InlineData(".", "its location '.' is a folder; expected a file.")]
    [InlineData("folder/none", "there is no file 'folder/none' in the model's folder; put the file that was exported with the model beside it.")]
    [InlineData("model.onnx/x", "there is no file 'model.onnx/x' in the model's folder; put the file that was exported with the model beside it.")]
    [InlineData("pipe", "the file 'pipe' is empty or not a regular file; expected the file that was exported with the model.")]
    public void Load_WithWeightsWhereNoneMayBe_DoesNotOpenIt(string location, string reason)
    {
        // The files exist and are of the right size, so that nothing but the refusal keeps their contents out.
        string inside = Path.Combine(_folder, "model");
        File.WriteAllBytes(Path.Combine(_folder, "weights.bin"), new byte[240]);
        Directory.CreateDirectory(Path.Combine(inside, "folder"));
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "model2")).FullName, "weights.bin"), new byte[240]);
        File.CreateSymbolicLink(Path.Combine(inside, "link.bin"), Path.Combine(_folder, "weights.bin"));
        Directory.CreateSymbolicLink(Path.Combine(inside, "up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(inside, "far"), "folder/../../");
        Directory.CreateSymbolicLink(Path.Combine(inside, "beside"), "../model2");
        Directory.CreateSymbolicLink(Path.Combine(inside, "round"), "round");
        File.CreateSymbolicLink(Path.Combine(inside, "zero"), "/dev/zero");
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(inside, "pipe")]))
        {
            mkfifo.WaitForExit();
        }
        OnnxBuilder file = Lstm();
        TensorProto w = file.Graph.Initializer.Single(static t => t.Name == "W");
        w.ClearRawData();
        w.DataLocation = TensorProto.Types.DataLocation.External;
        w.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });

        Assert.Equal($"Initializer: tensor 'W' is stored in another file (external data): {reason}", Assert.Single(Refusal(file.ToBytes()).Faults).ToString());
    }

    [Theory]
    [InlineData("If", "then_branch")]
    [InlineData("Loop", "body")]
    [InlineData("Scan", "body")]
    public void Load_WithBranchesTenThousandDeep_IsRefused(string op, string attribute)
    {
        ModelLoadException refusal = Refusal(Nested(op, attribute, 10_000));

        Assert.StartsWith("The file is not an ONNX model, or it is damaged: Protocol message had too many levels of nesting.", Assert.Single(refusal.Faults).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("If", "then_branch", 10)]
    [InlineData("If", "then_branch", 30)]
    [InlineData("Loop", "body", 30)]
    public void Load_WithBranchesAsDeepAsTheFormatAllows_IsRefused(string op, string attribute, int depth) => Refusal(Nested(op, attribute, depth));

    [Fact]
    public void Load_WithAHundredThousandAttributes_EndsSoon()
    {
        OnnxBuilder file = Lstm();
        file.Graph.Node[0].Attribute.Add(Enumerable.Range(0, 100_000).Select(static n => new AttributeProto { Name = $"a{n}", Type = AttributeProto.Types.AttributeType.Int, I = n }));

        Refusal(file.ToBytes());
    }

    [Fact]
    public void Load_WithAHundredThousandTimesTheSameAttribute_EndsSoon()
    {
        OnnxBuilder file = Lstm();
        file.Graph.Node[0].Attribute.Add(Enumerable.Repeat(file.Graph.Node[0].Attribute[0], 100_000));

        Refusal(file.ToBytes());
    }

    [Fact]
    public void Load_WithAHundredThousandNodesInARow_EndsSoon()
    {
        OnnxBuilder file = Lstm();
        string y = "y";
        for (int n = 0; n < 100_000; n++)
        {
            y = file.Node("Identity", [y]);
        }
        file.Output(y, "T 1 B 5");

        Assert.Equal(2, Within(() => Model.Load(file.Write(ModelPath))).Info.Outputs.Count);
    }

    [Fact]
    public void Load_WithValuesThatDoubleSixtyTimes_IsRefused()
    {
        OnnxBuilder file = Lstm();
        string y = "y";
        for (int n = 0; n < 60; n++)
        {
            y = file.Node("Concat", [y, y], ("axis", 3));
        }
        file.Output(y, "T 1 B ?");

        Assert.EndsWith("has more than 1048576 values per timestep and session.", Assert.Single(Refusal(file.ToBytes()).Faults).Reason, StringComparison.Ordinal);
    }

    private static OnnxBuilder Lstm()
    {
        var file = new OnnxBuilder(14);
        TensorProto w = OnnxTensor.Of(TensorProto.Types.DataType.Float, new float[60], 1, 20, 3);
        w.Name = "W";
        string y = file.Node("LSTM", [file.Input("x", "T B 3"), file.Initializer(w), file.Floats(new float[100], 1, 20, 5)], ("hidden_size", 5));
        file.Output(y, "T 1 B 5", "y");
        return file;
    }

    // Written from the inside out: the bytes of a graph are the value of the next one's attribute.
    private static byte[] Nested(string op, string attribute, int depth)
    {
        byte[] before = [.. Field(1, "c"u8), .. Field(2, "o"u8), .. Field(4, System.Text.Encoding.UTF8.GetBytes(op))];
        byte[] name = Field(1, System.Text.Encoding.UTF8.GetBytes(attribute));
        var reversed = new List<byte>();
        for (int n = 0; n < depth; n++)
        {
            // attribute.g = graph; node.attribute = attribute; graph.node = node.
            Prepend(reversed, Head(6, reversed.Count));
            Prepend(reversed, name);
            Prepend(reversed, Head(5, reversed.Count));
            Prepend(reversed, before);
            Prepend(reversed, Head(1, reversed.Count));
        }
        reversed.Reverse();
        OnnxBuilder file = Lstm();
        return [.. file.ToBytes(), .. Head(7, reversed.Count), .. reversed];
    }

    private static void Prepend(List<byte> reversed, byte[] bytes) => reversed.AddRange(bytes.Reverse());

    private static byte[] Field(int number, ReadOnlySpan<byte> value) => [.. Head(number, value.Length), .. value];

    private static byte[] Head(int number, int length)
    {
        var bytes = new List<byte> { (byte)((number << 3) | 2) };
        for (; length > 127; length >>= 7)
        {
            bytes.Add((byte)(length | 128));
        }
        return [.. bytes, (byte)length];
    }

    private ModelLoadException Refusal(byte[] bytes)
    {
        File.WriteAllBytes(ModelPath, bytes);
        return Within(() => Assert.Throws<ModelLoadException>(() => Model.Load(ModelPath)));
    }

    private static T Within<T>(Func<T> run)
    {
        var watch = Stopwatch.StartNew();
        T result = run();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Longest);
        return result;
    }
}
