using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lstm.Cli.Tests.Verify;

/// <summary>Bundles of tests/data, and copies of them that may be damaged.</summary>
internal sealed class VerifyData : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-verify-");

    /// <summary>A folder of this test alone.</summary>
    public string Folder => _folder.FullName;

    /// <summary>A path below tests/data.</summary>
    public static string Path(params ReadOnlySpan<string> parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Lstm.sln")))
                return System.IO.Path.Combine([folder.FullName, "tests", "data", .. parts]);
        }
        throw new InvalidOperationException($"No Lstm.sln above {AppContext.BaseDirectory}: run the tests from the repository.");
    }

    /// <summary>Copies a folder of tests/data.</summary>
    public string Copy(params ReadOnlySpan<string> parts)
    {
        var target = Directory.CreateDirectory(System.IO.Path.Combine(Folder, parts[^1])).FullName;
        foreach (var file in Directory.EnumerateFiles(Path(parts)))
            File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)));
        return target;
    }

    /// <summary>Adds to one f64 value of a bundle's tensor.</summary>
    public static void Alter(string index, string tensor, int position, double by)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(index));
        var entry = json.RootElement.GetProperty("tensors").EnumerateArray().Single(t => t.GetProperty("name").GetString() == tensor);
        Assert.Equal("f64", entry.GetProperty("dtype").GetString());
        // "bin" names a file beside the index.
        var bin = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(index)!, json.RootElement.GetProperty("bin").GetString()!);
        var bytes = File.ReadAllBytes(bin);
        var at = bytes.AsSpan(entry.GetProperty("offset").GetInt32() + position * sizeof(double), sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(at, BinaryPrimitives.ReadDoubleLittleEndian(at) + by);
        File.WriteAllBytes(bin, bytes);
    }

    /// <summary>Changes a bundle's index.</summary>
    public static void Edit(string index, Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(File.ReadAllBytes(index))!.AsObject(); // the file is not the JSON literal null
        edit(json);
        File.WriteAllText(index, json.ToJsonString());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
