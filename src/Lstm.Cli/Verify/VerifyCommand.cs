using System.CommandLine;
using Lstm.Models;

namespace Lstm.Cli.Verify;

/// <summary>lstm verify PATH [--state IN=OUT …] [--json]: are the numbers right?</summary>
internal static class VerifyCommand
{
    private const int UsageError = 2;

    /// <summary>Makes the command.</summary>
    /// <returns>Exit code 0: all models are right; 1: one is not; 3: one could not be compared, or not with certainty; 2: called wrongly.</returns>
    public static Command Create()
    {
        var path = new Argument<string>("PATH")
        {
            Description = "An .onnx file (compared with ONNX Runtime on seeded random input), a folder with case.json, trace_*.json or reference.json (compared with its references), or a folder above.",
        };
        var state = new Option<string[]>("--state")
        {
            Description = "IN=OUT: the input IN is a state and the output OUT its next value. Once for each state of the file; what is not named is data. Where it is left out, references, model.json or the file itself tell.",
            HelpName = "IN=OUT",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line; docs/parity.md lists its fields." };
        var command = new Command("verify", "Compare a model, stepped natively, with its references or with ONNX Runtime. Exit code 0: the same; 1: different; 3: could not be compared or confirmed; 2: wrongly called.") { path, state, json };
        var load = new LoadOptions();
        load.AddTo(command);
        command.SetAction(parsed =>
        {
            var configuration = parsed.InvocationConfiguration;
            // An argument without default is there when the action runs.
            return Run(parsed.GetValue(path)!, load.Of(parsed), parsed.GetValue(state) ?? [], parsed.GetValue(json), configuration.Output, configuration.Error);
        });
        return command;
    }

    private static int Run(string path, ModelLoaderOptions load, string[] states, bool json, TextWriter output, TextWriter error)
    {
        try
        {
            var targets = Targets(path, states);
            var colour = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
            var printer = new VerifyPrinter(output, json, colour, targets.Max(static t => t.Name.Length));
            var verifier = new Verifier(file => ModelLoader.Load(file, load), file => load.Probe?.Try(file, load.Limits));
            var exitCode = Verdict.Right;
            foreach (var target in targets)
            {
                var verdict = verifier.Verify(target);
                printer.Print(verdict);
                exitCode = Verdict.Worse(exitCode, verdict.ExitCode);
            }
            printer.PrintSummary();
            return exitCode;
        }
        catch (Exception fault) when (fault is WrongCallException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return UsageError;
        }
    }

    private static IReadOnlyList<VerifyTarget> Targets(string path, string[] states)
    {
        NamePair[] pairs = [.. states.Select(Pair)];
        var targets = VerifyTarget.FindAll(path);
        if (pairs.Length == 0)
            return targets;
        if (pairs.GroupBy(static p => p.Input).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new WrongCallException($"--state names '{twice.Key}' {twice.Count()} times; expected it once.");
        return targets is [var one] ? [one with { Given = pairs }]
            : throw new WrongCallException($"--state names the states of one file, but '{path}' has {targets.Count} models. Give one of them.");
    }

    private static NamePair Pair(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1
        ? new NamePair(text[..at], text[(at + 1)..])
        : throw new WrongCallException($"Expected --state IN=OUT, for example --state h0=hn, but found '{text}'.");
}
