namespace Lstm.Engine.Onnx.Foreign;

/// <summary>Models that are folders.</summary>
internal static class FolderKind
{
    /// <summary>Recognises a folder by the files that it holds.</summary>
    public static FileKind? Find(string path)
    {
        if (File.Exists(Path.Combine(path, "saved_model.pb")))
        {
            return new("the folder of a TensorFlow SavedModel", Advices.SavedModel);
        }
        return File.Exists(Path.Combine(path, "Manifest.json")) && Directory.Exists(Path.Combine(path, "Data"))
            ? new("the folder of a Core ML package", "It cannot be turned back; " + Advices.ExportOriginal)
            : null;
    }
}
