using Grpc.Core;

namespace Lstm.Incumbent;

/// <summary>All models of a folder: FOLDER/NAME/model.onnx.</summary>
/// <param name="folder">The folder.</param>
internal sealed class Models(string folder)
{
    private readonly Dictionary<string, StepModel> _models = Directory.GetDirectories(folder)
        .Select(static f => (Name: Path.GetFileName(f), File: Path.Combine(f, "model.onnx")))
        .Where(static f => File.Exists(f.File))
        .ToDictionary(static f => f.Name, static f => new StepModel(f.File), StringComparer.Ordinal);

    /// <summary>A model by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The model.</returns>
    /// <exception cref="RpcException">NOT_FOUND.</exception>
    public StepModel Get(string name) => _models.TryGetValue(name, out StepModel? model) ? model : throw new RpcException(new Status(StatusCode.NotFound, $"No model '{name}'."));
}
