using System.CommandLine;
using System.Globalization;
using Lstm.Engine;
using Lstm.Engine.Kernels;

namespace Lstm.Cli.Bench.Cell;

/// <summary>lstm bench cell: the native cells beside ONNX Runtime and beside what the machine allows.</summary>
internal static class CellCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var cell = List("--cell", "lstm", "Cells: lstm, gru, rnn.");
        var hidden = List("--hidden", "32,64,128,256,512,1024", "Units of a layer.");
        var input = List("--input", "0", "Values of a timestep; 0: as many as units.");
        var batch = List("--batch", "1,8,32,128", "Sessions that step together.");
        var layers = new Option<int>("--layers") { Description = "Layers on top of each other.", DefaultValueFactory = _ => 1 };
        var head = new Option<int>("--head") { Description = "Outputs of a dense layer behind them; 0: none.", DefaultValueFactory = _ => 0 };
        var weights = new Option<string>("--weights") { Description = "How weights are kept: float32, bfloat16 or int8.", DefaultValueFactory = _ => "float32" }.AcceptOnlyFromAmong([.. WeightFormats.Names]);
        var rounds = new Option<int>("--rounds") { Description = "Turns of each contender; results are medians.", DefaultValueFactory = _ => 15 };
        var slice = new Option<double>("--slice") { Description = "Milliseconds of a turn.", DefaultValueFactory = _ => 20 };
        var alone = new Option<bool>("--alone") { Description = "Leave ONNX Runtime out." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, last a summary." };
        var command = new Command("cell", "Time one timestep of a cell: the native engine, ONNX Runtime with bound buffers on one thread, and what this core allows.")
        {
            cell, hidden, input, batch, layers, head, weights, rounds, slice, alone, json,
        };
        command.SetAction(parsed =>
        {
            var plan = new CellPlan(
                parsed.GetValue(rounds), TimeSpan.FromMilliseconds(parsed.GetValue(slice)), TimeSpan.FromMilliseconds(200), !parsed.GetValue(alone), VectorWidths.Best, WeightFormats.Find(parsed.GetValue(weights)!) ?? default, TimeSpan.FromSeconds(4));
            var shapes = from kind in parsed.GetValue(cell)!
                         from m in Numbers(parsed.GetValue(input)!)
                         from n in Numbers(parsed.GetValue(hidden)!)
                         select new CellShape(kind, m == 0 ? n : m, n, parsed.GetValue(layers), parsed.GetValue(head));
            Run([.. shapes], Numbers(parsed.GetValue(batch)!), plan, parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static void Run(IReadOnlyList<CellShape> shapes, int[] batches, CellPlan plan, bool json, TextWriter output, TextWriter error)
    {
        var bench = new CellBench(plan);
        foreach (CellShape shape in shapes.DistinctBy(static s => s.Cell))
        {
            error.WriteLine($"warming up {shape.Cell} ...");
            bench.WarmUp(shape, batches);
        }
        // Only now: the compiler works beside the code that it compiles.
        OneCore.Pin();
        error.WriteLine("measuring what this core allows ...");
        var limits = MachineLimits.Measure();
        var printer = new CellPrinter(output, json, limits);
        printer.PrintHead(plan);
        foreach (CellShape shape in shapes)
        {
            foreach (CellResult result in bench.Run(shape, batches, limits))
            {
                printer.Print(result);
            }
        }
        printer.PrintSummary(plan);
    }

    private static Option<string[]> List(string name, string usual, string description) => new(name)
    {
        Description = description + " Several with commas between.",
        CustomParser = static result => [.. result.Tokens.SelectMany(static t => t.Value.Split(','))],
        DefaultValueFactory = _ => usual.Split(','),
        AllowMultipleArgumentsPerToken = false,
    };

    private static int[] Numbers(string[] texts) => [.. texts.Select(static t => int.Parse(t, CultureInfo.InvariantCulture))];
}
