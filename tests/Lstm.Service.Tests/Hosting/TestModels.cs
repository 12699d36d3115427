using Lstm.Tests.Shared;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A folder with every kind of model file: the shipped ones, one that does not load, two of one name.</summary>
internal static class TestModels
{
    public static string Directory { get; } = Create();

    /// <summary>Half an hour of New York: an input that nyc-taxi takes.</summary>
    public static float[] X(int step = 0) => [10_844 + step, 0, 1, 0.78f, 0.62f];

    private static string Create()
    {
        string folder = System.IO.Path.Combine(AppContext.BaseDirectory, "test-models");
        Copy(Repository.Path("models", "nyc-taxi", "model.onnx"), folder, "nyc-taxi", "model.onnx");
        Copy(Repository.Path("models", "char-lm", "model.onnx"), folder, "char-lm.onnx");
        Copy(Repository.Path("tests", "data", "zoo", "bad", "unknown_op.onnx"), folder, "broken", "anything.onnx");
        Copy(Repository.Path("models", "char-lm", "model.onnx"), folder, "twin.onnx");
        Copy(Repository.Path("models", "char-lm", "model.onnx"), folder, "twin", "model.onnx");
        Copy(Repository.Path("models", "char-lm", "model.onnx"), folder, "several", "first.onnx");
        Copy(Repository.Path("models", "char-lm", "model.onnx"), folder, "several", "second.onnx");
        return folder;
    }

    private static void Copy(string from, params string[] to)
    {
        string target = System.IO.Path.Combine(to);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!); // never null: it has a folder
        File.Copy(from, target, overwrite: true);
    }
}
