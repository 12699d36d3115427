using System.Diagnostics;
using Lstm.Cli.Verify.Bundles;
using Lstm.Cli.Verify.Expected;
using Lstm.Cli.Verify.Runtime;
using Lstm.Engine;
using Lstm.Models;

namespace Lstm.Cli.Verify;

/// <summary>Verifies everything under a path, one verdict a model, each when it is asked for.</summary>
internal sealed class Verifier
{
    private const string Native = "native";
    private const string References = "the references";

    private readonly Func<string, Model> _load;
    private readonly Action<string>? _tryReference;

    /// <summary>Verifies what runs a model by default: the native engine, or ONNX Runtime where that one cannot.</summary>
    public Verifier()
        : this(static path => ModelLoader.Load(path))
    {
    }

    /// <summary>Verifies another loader.</summary>
    /// <param name="load">Loads a file.</param>
    /// <param name="tryReference">Throws for a file that ONNX Runtime must not load in this process; asked for those that the engine runs natively.</param>
    public Verifier(Func<string, Model> load, Action<string>? tryReference = null) => (_load, _tryReference) = (load, tryReference);

    /// <summary>Verifies one target; faults of any kind become its verdict.</summary>
    /// <exception cref="WrongCallException">The user named a state that the file does not have.</exception>
    public Verdict Verify(VerifyTarget target)
    {
        var verdict = Try(target);
        return verdict with { Path = target.Model };
    }

    private Verdict Try(VerifyTarget target)
    {
        var backend = Native;
        try
        {
            var expectation = Expectation.Find(target.Model);
            if (!Path.Exists(target.Model))
                return Verdict.NotCompared(target.Name, Native, $"There is no file '{target.Model}'.");
            var given = GivenPairs(target, expectation);
            Bundle[] bundles = [.. target.Bundles.Select(BundleReader.Read)];
            var references = target.StepReferences is { } path ? StepReferences.Read(path) : null;
            var watch = Stopwatch.StartNew();
            if (Load(target.Model, out var refusal) is not { } model)
                return Late(expectation, watch.Elapsed, target.Name) ?? Refused(target.Name, refusal, expectation);
            backend = model.Info.Backend;
            using var owner = model as IDisposable;
            var verdict = Late(expectation, watch.Elapsed, target.Name) ?? Unlike(expectation, model.Info, references) ?? Compare(target, model, given, bundles, references);
            verdict = verdict with { Case = target.Name, Backend = backend, Streams = model.Info.IsStreamable };
            return CheckGiven(verdict, given, model.Info);
        }
        catch (WrongCallException)
        {
            throw;
        }
        catch (BundleException error)
        {
            return Verdict.NotCompared(target.Name, backend, error.Message);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // One model must not end the list; and what loads has to answer.
            return Verdict.Different(target.Name, backend, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private Verdict Compare(VerifyTarget target, Model model, StateReading? given, Bundle[] bundles, StepReferences? references)
    {
        var info = model.Info;
        var comparison = new Comparison();
        var against = new List<string>();
        if (bundles.Length == 0 && references is not { Steps.Count: > 0 } and not { Whole.Count: > 0 })
            return RuntimeVerifier.Verify(target.Name, model, given, info.Backend == Native ? _tryReference : null);
        foreach (var bundle in bundles)
        {
            var isCase = Path.GetFileName(bundle.Path) == VerifyTarget.CaseFile;
            if (isCase && CaseVerifier.FindFault(info, bundle) is { } fault)
                return Verdict.Different(target.Name, info.Backend, fault);
            if (isCase)
                CaseVerifier.Verify(comparison, model, bundle);
            else
                TraceVerifier.Verify(comparison, model, bundle);
            against.Add(isCase ? "float64 references" : Path.GetFileNameWithoutExtension(bundle.Path));
        }
        if (references is not null)
        {
            if (StepReferenceVerifier.Compare(comparison, model, references) is { } fault)
                return Verdict.Different(target.Name, info.Backend, fault);
            against.Add(StepReferences.FileName);
        }
        var names = string.Join(", ", against) + (info.IsStreamable ? "" : ", as a whole sequence");
        NamePair[] pairs = [.. info.StatePairs.Select(static p => new NamePair(p.Input, p.Output))];
        return Verdict.Of(target.Name, info.Backend, comparison, names) with { Pairs = pairs, PairsFrom = pairs.Length > 0 ? References : "" };
    }

    // References come first, unless the user says otherwise on the command line: then the two are compared.
    private static StateReading? GivenPairs(VerifyTarget target, Expectation? expectation)
    {
        if (target.Given is { } given)
        {
            var graph = FileGraph.Read(target.Model);
            if (given.Select(static p => p.Input).Except(graph.Inputs).FirstOrDefault() is { } input)
                throw new WrongCallException($"--state names '{input}', but the inputs of '{target.Name}' are {string.Join(", ", graph.Inputs)}.");
            if (given.Select(static p => p.Output).Except(graph.Outputs).FirstOrDefault() is { } output)
                throw new WrongCallException($"--state names '{output}', but the outputs of '{target.Name}' are {string.Join(", ", graph.Outputs)}.");
            return new StateReading(given, "--state") { IsGiven = true };
        }
        if (expectation?.StatePairs is { } pairs)
            return new StateReading(pairs, References) { IsGiven = true };
        var beside = Path.Combine(Path.GetDirectoryName(target.Model) ?? "", VerifyTarget.CaseFile);
        return target.Bundles.Count == 0 && Path.GetFileName(target.Model) == VerifyTarget.MainFile && File.Exists(beside)
            ? new StateReading([.. BundleReader.Read(beside).StatePairs.Select(static p => new NamePair(p.Input, p.Output))], References) { IsGiven = true }
            : null;
    }

    private static Verdict CheckGiven(Verdict verdict, StateReading? given, ModelInfo info)
    {
        var claimed = info.StatePairs.Where(static p => p.Output.Length > 0).Select(static p => new NamePair(p.Input, p.Output));
        return verdict.ExitCode != Verdict.Differs && given?.FindDifference(claimed) is { } difference
            ? verdict with { Outcome = Outcome.Different, Why = difference, Pairs = given.Pairs ?? [], PairsFrom = given.From }
            : verdict;
    }

    private static Verdict? Unlike(Expectation? expectation, ModelInfo info, StepReferences? references)
    {
        string[] inputs = [.. info.Inputs.Concat(info.SessionInputs).Select(static i => i.Name)];
        string[] outputs = [.. info.Outputs.Select(static o => o.Name)];
        var fault = expectation is null ? null
            : !expectation.Outcome.Contains("right") ? $"Expected a refusal ({string.Join(" or ", expectation.Outcome)}), but the engine loads it."
            : expectation.Inputs is { } names && !names.ToHashSet().SetEquals(inputs) ? $"Expected the inputs {string.Join(", ", names)} but the engine takes {string.Join(", ", inputs)}."
            : expectation.Outputs.Except(outputs).Any() ? $"Expected the outputs {string.Join(", ", expectation.Outputs)} but the engine gives {string.Join(", ", outputs)}."
            // References of the whole sequence alone leave nothing to step against.
            : expectation.Streams == true && !info.IsStreamable && references is not { Steps.Count: 0, Whole.Count: > 0 } ? $"Expected to stream, but the engine says: {string.Join(" ", info.NotStreamable)}"
            // Where steps have references, these tell whether it streams rightly.
            : expectation.Streams == false && info.IsStreamable && references is not { Steps.Count: > 0 } ? "Expected whole sequences only, but the engine says that it streams."
            : null;
        return fault is null ? null : Verdict.Different("", info.Backend, fault);
    }

    private static Verdict? Late(Expectation? expectation, TimeSpan took, string name) => expectation?.Within is { } within && took > within
        ? Verdict.Different(name, Native, $"Expected an answer within {within.TotalSeconds} s, but loading took {took.TotalSeconds:F0} s.")
        : null;

    private static Verdict Refused(string name, string refusal, Expectation? expectation)
    {
        bool? expected = expectation?.Allows(refusal);
        var why = expected == false ? $"Expected it to be {string.Join(" or ", expectation!.Outcome)}, but the engine refuses it: {refusal}" : refusal; // expected came of it
        return new Verdict(name, Outcome.Refused, Native, why) { IsExpected = expected };
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
