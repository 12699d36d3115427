using System.IO.Compression;
using System.Text;
using Lstm.Engine.Onnx.Foreign;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>What is no ONNX file is recognised by its first bytes, whatever it is called, and the refusal says how an ONNX file is made of it.</summary>
public sealed class FileKindTests : IDisposable
{
    private const string Build = "It holds weights without the network: build the network in Python, ";
    private const string Export = "torch.onnx.export(model.eval(), (x,), \"model.onnx\", input_names=[\"x\"], output_names=[\"y\"]).";
    private const string Weights = Build + "load them into it, and export it, in PyTorch with " + Export;
    private const string Checkpoint = Build + "fill it with model.load_state_dict(torch.load(\"model.pt\")), and export it with " + Export;
    private const string SavedModel = "Convert its folder, the one with saved_model.pb: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx";
    private const string Original = "export the network that it was made from to ONNX.";

    private static readonly Dictionary<string, (byte[] Bytes, string Kind, string Advice)> Files = new()
    {
        ["PyTorch, zip"] = (Zip("net/data.pkl", "net/byteorder", "net/data/0", "net/version"), "a PyTorch checkpoint", Checkpoint),
        ["PyTorch, zip without a folder"] = (Zip("data.pkl", "data/0"), "a PyTorch checkpoint", Checkpoint),
        ["TorchScript"] = (Zip("net/data.pkl", "net/code/__torch__.py", "net/constants.pkl"), "a TorchScript model", "Export it in Python: torch.onnx.export(torch.jit.load(\"model.pt\"), (x,), \"model.onnx\")."),
        ["PyTorch's exported program"] = (Zip("serialized_exported_program.json", "serialized_state_dict.pt"), "a PyTorch exported program (.pt2)", "Export it in Python: torch.onnx.export(torch.export.load(\"model.pt2\"), dynamo=True).save(\"model.onnx\")."),
        ["PyTorch before 1.6"] = ([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e, 0x80, 0x02], "a PyTorch checkpoint (pickle)", Checkpoint),
        ["a pickle that names torch"] = ([0x80, 0x02, .. "ccollections\nOrderedDict\nctorch._utils\n"u8], "a PyTorch checkpoint (pickle)", Checkpoint),
        ["another pickle"] = ([0x80, 0x04, 0x95, 0x10, .. "sklearn.pipeline"u8], "a Python pickle", "It can hold anything; load it in the Python program that saved it and export the network to ONNX, in PyTorch with " + Export),
        ["Keras 3"] = (Zip("metadata.json", "config.json", "model.weights.h5"), "a Keras model", "Export it in Python: keras.models.load_model(\"model.keras\").export(\"model.onnx\", format=\"onnx\")."),
        ["HDF5"] = ([0x89, .. "HDF\r\n"u8, 0x1a, .. "\n"u8, 0, 0, 0], "a Keras model or other HDF5 file", "A Keras model is converted with: python -m tf2onnx.convert --keras model.h5 --output model.onnx"),
        ["TensorFlow Lite"] = ([0x1c, 0, 0, 0, .. "TFL3"u8, 0, 0], "a TensorFlow Lite model", "Convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx"),
        ["SavedModel"] = ([0x08, 0x01, 0x12, 0x85, 0x10, 0x0a, 0x81, 0x08, 0x12, 0x60, 0x0a, 0x10, 0x0a, 0x03, .. "Add"u8], "a TensorFlow SavedModel (saved_model.pb)", SavedModel),
        ["GraphDef"] = ([0x0a, 0x20, 0x0a, 0x01, .. "x"u8, 0x12, 0x0b, .. "Placeholder"u8, 0x2a, 0x00], "a TensorFlow graph (GraphDef)", "Convert it: python -m tf2onnx.convert --graphdef model.pb --inputs x:0 --outputs y:0 --output model.onnx, with the names of its inputs and outputs."),
        ["Core ML"] = ([0x08, 0x04, 0x12, 0x40, 0x0a, 0x10, 0x0a, 0x05, .. "frame"u8, 0x1a, 0x07], "a Core ML model", "It cannot be turned back; " + Original),
        ["safetensors"] = ([0x40, 0, 0, 0, 0, 0, 0, 0, .. "{\"lstm.weight_ih_l0\":"u8], "a safetensors file", Weights),
        ["GGUF"] = ([.. "GGUF"u8, 3, 0, 0, 0], "a GGUF file", "It holds weights without a network; " + Original),
        [".npz"] = (Zip("W.npy", "R.npy"), "a file of NumPy arrays (.npz)", Weights),
        [".npy"] = ([0x93, .. "NUMPY"u8, 1, 0], "a NumPy array (.npy)", Weights),
        ["OpenVINO"] = ([.. "<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">"u8], "an OpenVINO model (IR)", "It cannot be turned back; " + Original),
        ["XML"] = ([.. "<?xml version=\"1.0\"?>\n<note/>"u8], "an XML text", "Give the .onnx file."),
        [".ort"] = ([0x18, 0, 0, 0, .. "ORTM"u8, 0], "a model in ONNX Runtime's own format (.ort)", "It cannot be turned back; use the .onnx file that it was made from."),
        ["gzip"] = (Gzip(), "compressed with gzip", "Decompress it first: gunzip -k model.onnx.gz"),
        ["zstd"] = ([0x28, 0xb5, 0x2f, 0xfd, 4], "compressed with zstd", "Decompress it first: zstd -d model.onnx.zst"),
        ["a zip archive of a model"] = (Zip("readme.txt", "net/model.onnx"), "a zip archive with 'net/model.onnx' in it", "Unpack it first: unzip FILE"),
        ["another zip archive"] = (Zip("a.txt"), "a zip archive", "Unpack it first; if a framework saved it, export the network from there to ONNX."),
        ["half a zip archive"] = ([.. Zip("net/data.pkl")[..30]], "a zip archive, and damaged", "Download or save it again; if a framework saved it, export the network from there to ONNX."),
        ["TensorFlow.js"] = ([.. "{\"format\": \"layers-model\", \"modelTopology\": {}}"u8], "a TensorFlow.js model", "Convert it: python -m tf2onnx.convert --tfjs model.json --output model.onnx"),
        ["JSON"] = ([.. "{\n  \"hidden_size\": 64\n}"u8], "a JSON text", "It may describe a model, but the network itself is in another file: give that, as .onnx."),
        ["Git LFS"] = ([.. "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"u8], "a pointer of Git LFS: the model itself was not downloaded", "Fetch it in its repository: git lfs pull"),
        ["a web page"] = ([.. "<!DOCTYPE html>\n<html>"u8], "a web page", "It was saved in place of the model, perhaps a page that asks to sign in: download the file itself."),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-kind-").FullName;

    public static TheoryData<string> Names => [.. Files.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Names))]
    public void Load_OfAnotherKindOfFile_SaysWhatItIsAndHowToExportIt(string name)
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, Files[name].Bytes);

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(path));

        Assert.Equal($"The file is {Files[name].Kind}; expected an ONNX model. {Files[name].Advice}", Assert.Single(error.Faults).Reason);
    }

    [Fact]
    public void Load_OfAnEmptyFile_SaysSo()
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, []);

        Assert.Equal("The file is empty.", Assert.Single(Assert.Throws<ModelLoadException>(() => Model.Load(path)).Faults).Reason);
    }

    [Theory]
    [InlineData("saved_model.pb", "The file is the folder of a TensorFlow SavedModel; expected an ONNX model. " + SavedModel)]
    [InlineData("notes.txt", "This is a folder; expected an .onnx file.")]
    public void Load_OfAFolder_SaysWhatItIs(string file, string reason)
    {
        File.WriteAllText(Path.Combine(_folder, file), "");

        Assert.Equal(reason, Assert.Single(Assert.Throws<ModelLoadException>(() => Model.Load(_folder)).Faults).Reason);
    }

    [Fact]
    public void Find_OfEveryModelOfTheTests_RecognisesNothing()
    {
        string[] models = [.. Directory.EnumerateFiles(Repository.Path("tests", "data"), "*.onnx", SearchOption.AllDirectories)
            .Where(static f => !f.Contains($"{Path.DirectorySeparatorChar}bad{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

        Assert.True(models.Length > 150);
        Assert.All(models, static path => Assert.Null(FileKind.Find(path)));
    }

    [Fact]
    public void Find_OfAFileThatIsAbsentOrUnknown_IsNull()
    {
        string path = Path.Combine(_folder, "x");
        Assert.Null(FileKind.Find(path));
        foreach (byte[] bytes in new byte[][] { [], [0x80], [0x08, 0x08], [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff], [.. "PK"u8], [.. "just text"u8], new byte[5000] })
        {
            File.WriteAllBytes(path, bytes);
            Assert.Null(FileKind.Find(path));
        }
    }

    private static byte[] Zip(params string[] names)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (string name in names)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write("..."u8);
            }
        }
        return bytes.ToArray();
    }

    private static byte[] Gzip()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.ASCII.GetBytes("a model"));
        }
        return bytes.ToArray();
    }
}
