using System.CommandLine;

namespace Lstm.Cli.Verify;

/// <summary>lstm verify PATH [--json]: are the numbers right?</summary>
internal static class VerifyCommand
{
    private const int Differs = 1;
    private const int UsageError = 2;

    /// <summary>Makes the command.</summary>
    /// <returns>Exit code 0: all models are right; 1: one is not, or cannot be compared; 2: there is nothing at PATH.</returns>
    public static Command Create()
    {
        var path = new Argument<string>("PATH")
        {
            Description = "An .onnx file (compared with ONNX Runtime on seeded random input), a folder with case.json or trace_*.json (compared with its references), or a folder above.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line: case, ok, backend, max_abs, allowed, why." };
        var command = new Command("verify", "Compare a model, stepped natively, with its references or with ONNX Runtime.") { path, json };
        command.SetAction(parsed =>
        {
            var configuration = parsed.InvocationConfiguration;
            // An argument without default is there when the action runs.
            return Run(parsed.GetValue(path)!, parsed.GetValue(json), configuration.Output, configuration.Error);
        });
        return command;
    }

    private static int Run(string path, bool json, TextWriter output, TextWriter error)
    {
        IReadOnlyList<VerifyTarget> targets;
        try
        {
            targets = VerifyTarget.FindAll(path);
        }
        catch (Exception fault) when (fault is ArgumentException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return UsageError;
        }
        var colour = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        var printer = new VerifyPrinter(output, json, colour, targets.Max(static t => t.Name.Length));
        var verifier = new Verifier();
        var ok = true;
        foreach (var target in targets)
        {
            var verdict = verifier.Verify(target);
            printer.Print(verdict);
            ok &= verdict.Ok;
        }
        printer.PrintSummary();
        return ok ? 0 : Differs;
    }
}
