using Lstm.Engine;
using Lstm.Models;

namespace Lstm.Cli.Verify;

/// <summary>Verifies everything under a path, one verdict a model, each when it is asked for.</summary>
internal sealed class Verifier
{
    private const string Native = "native";

    private readonly Func<string, Model> _load;

    /// <summary>Verifies what runs a model by default: the native engine, or ONNX Runtime where that one cannot.</summary>
    public Verifier()
        : this(static path => ModelLoader.Load(path))
    {
    }

    /// <summary>Verifies another loader.</summary>
    public Verifier(Func<string, Model> load) => _load = load;

    /// <summary>Verifies one target; faults of any kind become its verdict.</summary>
    public Verdict Verify(VerifyTarget target)
    {
        try
        {
            return target.Bundles.Count == 0 ? VerifyFile(target)
                : Path.GetFileName(target.Bundles[0]) == VerifyTarget.CaseFile ? VerifyCase(target)
                : VerifyTraces(target);
        }
        catch (BundleException error)
        {
            return Verdict.Failed(target.Name, Native, error.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // One model must not end the list: whatever a file does to us is told on its line.
            return Verdict.Failed(target.Name, Native, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private Verdict VerifyFile(VerifyTarget target) =>
        Load(target.Model, out var refusal) is { } model ? PeerVerifier.Verify(target.Name, model) : Verdict.Failed(target.Name, Native, refusal);

    private Verdict VerifyCase(VerifyTarget target)
    {
        var bundle = BundleReader.Read(target.Bundles[0]);
        if (Load(target.Model, out var refusal) is { } model)
            return CaseVerifier.Verify(bundle.Name, model, bundle);
        return Verdict.Failed(bundle.Name, Native, refusal);
    }

    private Verdict VerifyTraces(VerifyTarget target)
    {
        Bundle[] bundles = [.. target.Bundles.Select(BundleReader.Read)];
        if (Load(target.Model, out var refusal) is not { } model)
            return Verdict.Failed(target.Name, Native, refusal);
        var comparison = new Comparison();
        foreach (var bundle in bundles)
            TraceVerifier.Verify(comparison, model, bundle);
        return Verdict.Of(target.Name, model.Info.Backend, comparison, string.Join(", ", target.Bundles.Select(Path.GetFileNameWithoutExtension)));
    }

    private Model? Load(string path, out string refusal)
    {
        try
        {
            refusal = "";
            return _load(path);
        }
        catch (ModelLoadException error)
        {
            refusal = string.Join(" ", error.Faults);
            return null;
        }
    }
}
