using System.CommandLine;
using Lstm.Models;

namespace Lstm.Cli.Inspect;

/// <summary>lstm inspect PATH … [--json]: what was understood of a model?</summary>
internal static class InspectCommand
{
    private const int DoesNotLoad = 1;
    private const int UsageError = 2;
    private const int WidestText = 100;

    /// <summary>Makes the command.</summary>
    /// <returns>Exit code 0: all files load; 1: one does not; 2: there is nothing at a PATH.</returns>
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH") { Description = "An .onnx file, or a folder: every .onnx file in it and below.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Print one JSON document: an object for a file, a list for several or a folder. docs/inspect.md lists its fields." };
        var command = new Command("inspect", "Show what was understood of a model: layers, state, inputs, whether it streams and why not, cost.") { paths, json };
        var load = new LoadOptions();
        load.AddTo(command);
        command.SetAction(parsed =>
        {
            var configuration = parsed.InvocationConfiguration;
            // An argument without default is there when the action runs.
            return Run(parsed.GetValue(paths)!, load.Of(parsed), parsed.GetValue(json), configuration.Output, configuration.Error);
        });
        return command;
    }

    private static int Run(string[] paths, ModelLoaderOptions load, bool json, TextWriter output, TextWriter error)
    {
        IReadOnlyList<ModelPath> files;
        try
        {
            files = [.. paths.SelectMany(ModelPath.FindAll)];
        }
        catch (Exception fault) when (fault is ArgumentException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(fault.Message);
            return UsageError;
        }

        var inspections = files.Select(f => Inspection.Of(f, load));
        return (json ? PrintJson(inspections, isList: paths.Length > 1 || Directory.Exists(paths[0]), output) : PrintText(inspections, files.Count, output)) ? 0 : DoesNotLoad;
    }

    private static bool PrintJson(IEnumerable<Inspection> inspections, bool isList, TextWriter output)
    {
        InspectBody[] bodies = [.. inspections.Select(InspectBody.From)];
        output.WriteLine(isList ? InspectBody.Write(bodies) : InspectBody.Write(bodies[0]));
        return Array.TrueForAll(bodies, static b => b.Ok);
    }

    private static bool PrintText(IEnumerable<Inspection> inspections, int count, TextWriter output)
    {
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        int width = terminal && Console.WindowWidth > 0 ? Math.Min(WidestText, Console.WindowWidth) : WidestText;
        bool colours = terminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        int shown = 0, load = 0;
        foreach (var inspection in inspections)
        {
            if (shown++ > 0)
                output.WriteLine();
            foreach (string line in InspectText.Of(inspection, width, colours))
                output.WriteLine(line);
            output.Flush();
            load += inspection.Info is null ? 0 : 1;
        }

        if (count > 1)
            output.WriteLine($"{Environment.NewLine}{count} files: {load} load, {count - load} {(count - load == 1 ? "does" : "do")} not");
        return load == count;
    }
}
