using Lstm.Cli.Demo;
using Lstm.Cli.Verify.Runtime;
using Lstm.Engine;
using Lstm.Models;

namespace Lstm.Cli.Bench.Service;

/// <summary>The models of a benchmark: alone in a folder of their own, so that the servers load nothing else, and loaded in this process to compare answers with.</summary>
internal sealed class BenchModels : IDisposable
{
    private const string ModelFile = "model.onnx";
    private const string Sidecar = "model.json";
    private const string TaxiSeriesFile = "nyc_taxi.csv";
    private const int InputRows = 1024; // With the sessions of a run they stay in the second cache.
    private readonly Dictionary<string, BenchModel> _models = new(StringComparer.Ordinal);

    /// <summary>Collects and loads models.</summary>
    /// <param name="wanted">Each a name in models/, lstm-H for a generated LSTM(H), an .onnx file, or a folder with model.onnx.</param>
    /// <exception cref="CommandFailedException">There is no such model, or it does not load or step.</exception>
    public BenchModels(IEnumerable<string> wanted)
    {
        Folder = Directory.CreateTempSubdirectory("lstm-bench-").FullName;
        try
        {
            foreach (string model in wanted)
                Add(model);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>FOLDER/NAME/model.onnx.</summary>
    public string Folder { get; }

    /// <summary>Names of the models, in the order in which they were wanted.</summary>
    public IReadOnlyCollection<string> Names => _models.Keys;

    /// <summary>A model.</summary>
    /// <param name="name">Its name.</param>
    public BenchModel this[string name] => _models[name];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Add(string wanted)
    {
        string? file = Find(wanted);
        string name = file is null || !File.Exists(wanted) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(wanted)) : Path.GetFileNameWithoutExtension(wanted);
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        string target = Path.Combine(folder, ModelFile);
        if (file is not null)
        {
            File.Copy(file, target);
            string sidecar = Path.Combine(Path.GetDirectoryName(file) ?? "", Sidecar);
            if (File.Exists(sidecar))
                File.Copy(sidecar, Path.Combine(folder, Sidecar));
        }
        else if (GeneratedLstm.TryParse(wanted, out int size))
        {
            GeneratedLstm.Write(target, size);
        }
        else
        {
            throw new CommandFailedException($"Expected --model to be a name in {Installation.Models}, lstm-H (a generated LSTM of H units), an .onnx file or a folder with {ModelFile} but got '{wanted}'.");
        }

        try
        {
            Model model = ModelLoader.Load(target);
            if (!model.Info.IsStreamable)
                throw new CommandFailedException($"Model '{name}' cannot be stepped: {string.Join(" ", model.Info.NotStreamable)}");
            _models.Add(name, new BenchModel(name, model, Inputs(model, Path.Combine(Path.GetDirectoryName(file) ?? "", TaxiSeriesFile))));
        }
        catch (ModelLoadException fault)
        {
            throw new CommandFailedException(fault.Message, fault);
        }
    }

    // Where the demand of taxis lies beside a model it is real data; any other model gets random numbers in its range.
    private static float[][] Inputs(Model model, string taxiSeries)
    {
        if (!File.Exists(taxiSeries))
            return ReferenceInputs.Create(model, InputRows);
        TaxiSeries series = TaxiSeries.Read(taxiSeries);
        return [.. Enumerable.Range(0, InputRows).Select(row =>
        {
            var x = new float[TaxiSeries.InputSize];
            series.Input(row, x);
            return x;
        })];
    }

    private static string? Find(string wanted) =>
        File.Exists(wanted) ? Path.GetFullPath(wanted)
        : new[] { Path.Combine(wanted, ModelFile), Path.Combine(Installation.Models, wanted, ModelFile) }.FirstOrDefault(File.Exists);
}
