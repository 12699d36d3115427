using Lstm.Engine;
using Lstm.Models;

namespace Lstm.Cli.Inspect;

/// <summary>What is known of a file.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Path">Its full path.</param>
/// <param name="File">What the file says of itself; null when it cannot even be read.</param>
/// <param name="Info">What was understood of the model; null when it does not load.</param>
/// <param name="Faults">Why it does not load; empty when it does.</param>
internal sealed record Inspection(string Name, string Path, FileSummary? File, ModelInfo? Info, IReadOnlyList<ModelFault> Faults)
{
    /// <summary>Inspects a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="load">How models are loaded.</param>
    /// <returns>All that is known; it never throws for what is in a file.</returns>
    public static Inspection Of(ModelPath file, ModelLoaderOptions load)
    {
        FileSummary? summary = null;
        try
        {
            using (var budget = new LoadBudget(load.Limits))
                summary = FileSummary.Read(file.File, budget);
            var model = ModelLoader.Load(file.File, load);
            (model as IDisposable)?.Dispose(); // What was understood stays.
            return new(file.Name, file.File, summary, model.Info, []);
        }
        catch (ModelLoadException error)
        {
            return new(file.Name, file.File, summary, null, error.Faults);
        }
    }
}
