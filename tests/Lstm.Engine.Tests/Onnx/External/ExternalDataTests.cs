using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests.Onnx.External;

/// <summary>Weights in files beside the model, as PyTorch's exporter writes them: read within the model's folder, checked, and part of the fingerprint.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private const string DataName = "model.onnx.data";
    private const int PageBytes = 4096;

    private readonly string _top = Directory.CreateTempSubdirectory("lstm-external-").FullName;

    private string Folder => Path.Combine(_top, "model");

    private string ModelPath => Path.Combine(Folder, "model.onnx");

    public ExternalDataTests() => Directory.CreateDirectory(Folder);

    public void Dispose() => Directory.Delete(_top, recursive: true);

    [Fact]
    public void Load_OfEveryWeightInOneFile_GivesTheSameBits()
    {
        byte[] data = MoveOut(ShippedModels.NycTaxi, out ModelProto model);
        Write(model, data);

        Assert.Equal(Run(Model.Load(ShippedModels.NycTaxi)), Run(Model.Load(ModelPath)));
    }

    [Fact]
    public void Load_OfConstantsInGraphsWithinNodes_GivesTheSameBits()
    {
        string inside = Repository.Path("tests", "data", "zoo", "keras3_lstm_loop_last", "model.onnx");
        byte[] data = MoveOut(inside, out ModelProto model);
        Write(model, data);

        Assert.Equal(Run(Model.Load(inside)), Run(Model.Load(ModelPath)));
    }

    [Theory]
    [InlineData("./weights//w.bin")]
    [InlineData("weights/link.bin")]
    [InlineData("linked/w.bin")]
    [InlineData("..name/w.bin")]
    public void Load_OfFilesInFoldersBelow_Loads(string location)
    {
        byte[] data = MoveOut(ShippedModels.NycTaxi, out ModelProto model);
        foreach (string folder in new[] { "weights", "..name" })
        {
            Directory.CreateDirectory(Path.Combine(Folder, folder));
            File.WriteAllBytes(Path.Combine(Folder, folder, "w.bin"), data);
        }
        File.CreateSymbolicLink(Path.Combine(Folder, "weights", "link.bin"), "../weights/w.bin");
        Directory.CreateSymbolicLink(Path.Combine(Folder, "linked"), Path.Combine(Folder, "weights"));
        foreach (TensorProto tensor in External(model))
        {
            Set(tensor, "location", location);
        }
        File.WriteAllBytes(ModelPath, model.ToByteArray());

        Assert.Equal(Run(Model.Load(ShippedModels.NycTaxi)), Run(Model.Load(ModelPath)));
    }

    [Fact]
    public void Load_OfModelAndDataLinkedFromOneStore_Loads()
    {
        byte[] data = MoveOut(ShippedModels.NycTaxi, out ModelProto model);
        string store = Directory.CreateDirectory(Path.Combine(_top, "store")).FullName;
        File.WriteAllBytes(Path.Combine(store, "1f0a"), model.ToByteArray());
        File.WriteAllBytes(Path.Combine(store, "77c2"), data);
        File.CreateSymbolicLink(ModelPath, "../store/1f0a");
        File.CreateSymbolicLink(Path.Combine(Folder, DataName), "../store/77c2");

        Assert.Equal(Run(Model.Load(ShippedModels.NycTaxi)), Run(Model.Load(ModelPath)));
    }

    [Fact]
    public void Load_OfOneTensorAFileWithoutLength_TakesTheRestOfTheFile()
    {
        ModelProto model = OneTensor(out TensorProto tensor, out byte[] data);
        tensor.ExternalData.Remove(tensor.ExternalData.Single(static e => e.Key == "length"));
        Write(model, data);
        Assert.Equal(Run(Model.Load(ShippedModels.NycTaxi)), Run(Model.Load(ModelPath)));

        Write(model, [.. data, 0]);
        Assert.Equal(
            Told(tensor, $"the file '{DataName}' has {data.Length + 1} bytes from offset 0 on, but its shape {Shape(tensor)} needs {data.Length}; the file is damaged or of another model."),
            Refusal());
    }

    [Fact]
    public void Fingerprint_OfAModelWithDataBeside_IsThatOfBothInARow()
    {
        byte[] data = MoveOut(ShippedModels.NycTaxi, out ModelProto model);
        byte[] head = Write(model, data);

        string expected = Convert.ToHexStringLower(SHA256.HashData([.. head, .. data]));
        Assert.Equal(expected, Model.Load(ModelPath).Info.Fingerprint);
        FileSummary summary = FileSummary.Read(ModelPath);
        Assert.Equal((expected, head.Length + data.Length), (summary.Fingerprint, summary.Bytes));

        data[0] ^= 1;
        Write(model, data);
        Assert.NotEqual(expected, Model.Load(ModelPath).Info.Fingerprint);
    }

    [Theory]
    [InlineData("offset", "-1", "its offset is '-1'; expected a whole number of bytes that is not negative.")]
    [InlineData("offset", "1e3", "its offset is '1e3'; expected a whole number of bytes that is not negative.")]
    [InlineData("offset", "9223372036854775808", "its offset is '9223372036854775808'; expected a whole number of bytes that is not negative.")]
    [InlineData("offset", "9223372036854775807", "it begins at offset 9223372036854775807 and needs SIZE bytes, but the file 'model.onnx.data' has SIZE; the file is damaged or of another model.")]
    [InlineData("offset", "1", "it begins at offset 1 and needs SIZE bytes, but the file 'model.onnx.data' has SIZE; the file is damaged or of another model.")]
    [InlineData("length", "", "its length is ''; expected a whole number of bytes that is not negative.")]
    [InlineData("length", "-4", "its length is '-4'; expected a whole number of bytes that is not negative.")]
    [InlineData("length", "4", "its length is 4, but its shape SHAPE needs SIZE bytes; the file is damaged.")]
    [InlineData("checksum", "abc", "its checksum is 'abc'; expected the SHA-1 of the file in 40 hexadecimal digits.")]
    [InlineData("checksum", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "the SHA-1 of the file 'model.onnx.data' is SHA1, but its checksum says da39a3ee5e6b4b0d3255bfef95601890afd80709; the file is damaged or of another model.")]
    [InlineData("basepath", "/etc", "its external_data has the key 'basepath'; expected location, offset, length or checksum.")]
    [InlineData("location", "none.bin", "there is no file 'none.bin' in the model's folder; put the file that was exported with the model beside it.")]
    public void Load_WithAWrongKey_NamesTensorAndKey(string key, string value, string reason)
    {
        ModelProto model = OneTensor(out TensorProto tensor, out byte[] data);
        Set(tensor, key, value);
        Write(model, data);

        string expected = reason.Replace("SIZE", $"{data.Length}", StringComparison.Ordinal).Replace("SHAPE", Shape(tensor), StringComparison.Ordinal)
            .Replace("SHA1", Sha1(data), StringComparison.Ordinal);
        Assert.Equal(Told(tensor, expected), Refusal());
    }

    [Fact]
    public void Load_WithTheRightChecksum_Loads()
    {
        ModelProto model = OneTensor(out TensorProto tensor, out byte[] data);
        Set(tensor, "checksum", Sha1(data).ToUpperInvariant());
        Write(model, data);

        Assert.Equal(Run(Model.Load(ShippedModels.NycTaxi)), Run(Model.Load(ModelPath)));
    }

    [Fact]
    public void Load_OfATensorThatContradictsItself_IsRefused()
    {
        ModelProto model = OneTensor(out TensorProto tensor, out byte[] data);
        tensor.ClearDataLocation();
        Write(model, data);
        Assert.Equal(Told(tensor, "it names another file in external_data, but its data_location is not EXTERNAL; save the model again."), Refusal());

        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.RawData = ByteString.CopyFrom(data);
        Write(model, data);
        Assert.Equal(Told(tensor, "its data_location is EXTERNAL, but it holds values as well; save the model again."), Refusal());

        tensor.ClearRawData();
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "0" });
        Write(model, data);
        Assert.Equal(Told(tensor, "its external_data has the key 'offset' twice; expected it once."), Refusal());

        tensor.ExternalData.Clear();
        Write(model, data);
        Assert.Equal(Told(tensor, "its external_data names no location; expected the path of a file, from the model's folder on."), Refusal());
    }

    [Fact]
    public void Load_OfManyFaultyTensors_ReportsAllAtOnce()
    {
        MoveOut(ShippedModels.NycTaxi, out ModelProto model);
        File.WriteAllBytes(ModelPath, model.ToByteArray());

        IReadOnlyList<ModelFault> faults = Assert.Throws<ModelLoadException>(() => Model.Load(ModelPath)).Faults;

        Assert.Equal(External(model).Count(), faults.Count);
        Assert.All(faults, static f => Assert.EndsWith("there is no file 'model.onnx.data' in the model's folder; put the file that was exported with the model beside it.", f.Reason, StringComparison.Ordinal));
        Assert.All(faults, static f => Assert.Equal(ModelFaultKind.Wrong, f.Kind));
    }

    [Fact]
    public void Load_OfOneFileForAThousandLargeTensors_EndsBeforeMemoryDoes()
    {
        // Each is 4 MiB of the same bytes: 4 GiB in all.
        const int Bytes = 4 << 20;
        ModelProto model = OneTensor(out TensorProto tensor, out byte[] data);
        File.WriteAllBytes(Path.Combine(Folder, "big.bin"), new byte[Bytes]);
        for (int n = 0; n < 1000; n++)
        {
            var big = new TensorProto { Name = $"big{n}", DataType = tensor.DataType, DataLocation = TensorProto.Types.DataLocation.External, Dims = { Bytes / 4 } };
            Set(big, "location", "big.bin");
            model.Graph.Initializer.Add(big);
        }
        Write(model, data);
        long before = GC.GetAllocatedBytesForCurrentThread();

        IReadOnlyList<ModelFault> faults = Assert.Throws<ModelLoadException>(() => Model.Load(ModelPath)).Faults;

        Assert.Matches("tensors in other files have [0-9]+ bytes; at most [0-9]+ are read\\.$", faults[0].Reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2L << 30);
    }

    private static string Shape(TensorProto tensor) => $"[{string.Join(", ", tensor.Dims)}]";

#pragma warning disable CA5350 // What the format has.
    private static string Sha1(byte[] data) => Convert.ToHexStringLower(SHA1.HashData(data));
#pragma warning restore CA5350

    private static string Told(TensorProto tensor, string reason) => $"Initializer: tensor '{tensor.Name}' is stored in another file (external data): {reason}";

    private string Refusal() => Assert.Single(Assert.Throws<ModelLoadException>(() => Model.Load(ModelPath)).Faults).ToString();

    private byte[] Write(ModelProto model, byte[] data)
    {
        byte[] head = model.ToByteArray();
        File.WriteAllBytes(ModelPath, head);
        File.WriteAllBytes(Path.Combine(Folder, DataName), data);
        return head;
    }

    // The largest initializer of a shipped model, alone in its file.
    private static ModelProto OneTensor(out TensorProto tensor, out byte[] data)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(ShippedModels.NycTaxi));
        tensor = model.Graph.Initializer.MaxBy(static t => t.RawData.Length)!; // There is one: it has weights.
        data = tensor.RawData.ToByteArray();
        MoveOut(tensor, 0);
        return model;
    }

    // All raw data of a model in one file, each at the start of a page, as exporters do.
    private static byte[] MoveOut(string path, out ModelProto model)
    {
        model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var data = new List<byte>();
        foreach (TensorProto tensor in Tensors(model.Graph).Where(static t => t.RawData.Length > 0))
        {
            data.AddRange(new byte[(PageBytes - (data.Count % PageBytes)) % PageBytes]);
            byte[] raw = tensor.RawData.ToByteArray();
            MoveOut(tensor, data.Count);
            data.AddRange(raw);
        }
        Assert.NotEmpty(data);
        return [.. data];
    }

    private static void MoveOut(TensorProto tensor, int offset)
    {
        Set(tensor, "location", DataName);
        Set(tensor, "offset", offset.ToString(CultureInfo.InvariantCulture));
        Set(tensor, "length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture));
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
    }

    private static void Set(TensorProto tensor, string key, string value)
    {
        if (tensor.ExternalData.FirstOrDefault(e => e.Key == key) is { } entry)
        {
            entry.Value = value;
            return;
        }
        tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private static IEnumerable<TensorProto> External(ModelProto model) => Tensors(model.Graph).Where(static t => t.ExternalData.Count > 0);

    private static IEnumerable<TensorProto> Tensors(GraphProto graph) => graph.Initializer.Concat(
        graph.Node.SelectMany(static n => n.Attribute).SelectMany(static a => a.G is not null ? Tensors(a.G) : a.T is not null ? [a.T] : []));

    private static float[] Run(Model model)
    {
        const int Steps = 20;
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, Steps * model.Info.InputSize).Select(_ => random.NextSingle() - 0.5f)];
        var y = new float[Steps * model.Info.OutputSize];
        model.Predict([new Sequence(model.CreateState(), Steps, x, y)]);
        return y;
    }
}
