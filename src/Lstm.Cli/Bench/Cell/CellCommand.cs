using System.CommandLine;
using System.Globalization;
using Lstm.Engine;
using Lstm.Engine.Kernels;

namespace Lstm.Cli.Bench.Cell;

/// <summary>lstm bench cell: the native cells beside ONNX Runtime and beside what the machine allows.</summary>
internal static class CellCommand
{
    private static readonly string[] Cells = ["lstm", "gru", "rnn"];

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var cell = Text("--cell", "lstm", "Cells: lstm, gru, rnn; several with commas between.");
        var hidden = Text("--hidden", "32,64,128,256,512,1024", "Units of a layer; several with commas between.");
        var input = Text("--input", "", "Values of a timestep; several with commas between. Default: as many as units.");
        var batch = Text("--batch", "1,8,32,128", "Sessions that step together; several with commas between.");
        var layers = Number("--layers", 1, "Layers on top of each other.");
        var head = new Option<int>("--head") { Description = "Outputs of a dense layer behind them; 0: none.", DefaultValueFactory = _ => 0 };
        var weights = Text("--weights", WeightFormats.Names[0], "How weights of recurrent layers are kept: float32, bfloat16 or int8.");
        var rounds = Number("--rounds", 15, "Turns of each contender; results are medians.");
        var slice = new Option<double>("--slice") { Description = "Milliseconds of a turn.", DefaultValueFactory = _ => 20 };
        var warmUp = new Option<double>("--warm-up") { Description = "Seconds before all turns, for the runtime to compile for good.", DefaultValueFactory = _ => 5 };
        var alone = new Option<bool>("--alone") { Description = "Leave ONNX Runtime out." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, last a summary." };
        var command = new Command("cell", "Time one timestep of a cell: the native engine, ONNX Runtime with bound buffers on one thread, and what this core allows.")
        {
            cell, hidden, input, batch, layers, head, weights, rounds, slice, warmUp, alone, json,
        };
        command.SetAction(parsed =>
        {
            string format = parsed.GetValue(weights)!; // Options with defaults, here and below.
            var plan = new CellPlan(
                Positive(parsed.GetValue(rounds), rounds.Name), TimeSpan.FromMilliseconds(parsed.GetValue(slice)), TimeSpan.FromSeconds(parsed.GetValue(warmUp)), !parsed.GetValue(alone), VectorWidths.Best,
                WeightFormats.Find(format) ?? throw new CommandFailedException($"{weights.Name} is '{format}'; expected float32, bfloat16 or int8."));
            int[] units = Numbers(parsed.GetValue(hidden)!, hidden.Name);
            int[] inputs = parsed.GetValue(input) is { Length: > 0 } given ? Numbers(given, input.Name) : [0];
            int stack = Positive(parsed.GetValue(layers), layers.Name);
            var shapes = from kind in Kinds(parsed.GetValue(cell)!)
                         from m in inputs
                         from n in units
                         select new CellShape(kind, m == 0 ? n : m, n, stack, Math.Max(0, parsed.GetValue(head)));
            var printer = new CellPrinter(parsed.InvocationConfiguration.Output, parsed.GetValue(json), plan);
            Run([.. shapes], Numbers(parsed.GetValue(batch)!, batch.Name), plan, printer, parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static void Run(IReadOnlyList<CellShape> shapes, int[] batches, CellPlan plan, CellPrinter printer, TextWriter progress)
    {
        var bench = new CellBench(plan);
        foreach (CellShape shape in shapes.DistinctBy(static s => s.Cell))
        {
            progress.WriteLine($"warming up {shape.Cell} ...");
            bench.WarmUp(shape, batches);
        }
        // Only now: the compiler works beside the code that it compiles.
        OneCore.Pin();
        progress.WriteLine("measuring what this core allows ...");
        var limits = MachineLimits.Measure();
        printer.PrintHead(limits);
        foreach (CellShape shape in shapes)
        {
            foreach (CellResult result in bench.Run(shape, batches, limits))
            {
                printer.Print(result);
            }
        }
        printer.PrintSummary(limits);
    }

    private static Option<string> Text(string name, string usual, string description) => new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Option<int> Number(string name, int usual, string description) => new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static int Positive(int number, string option) =>
        number >= 1 ? number : throw new CommandFailedException($"{option} is {number}; expected a whole number from 1.");

    private static string[] Kinds(string text)
    {
        string[] kinds = text.Split(',');
        return kinds.All(Cells.Contains) ? kinds : throw new CommandFailedException($"--cell is '{text}'; expected lstm, gru or rnn, several with commas between.");
    }

    private static int[] Numbers(string text, string option)
    {
        int[] numbers = [.. text.Split(',').Select(static t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        return numbers.All(static n => n >= 1) ? numbers : throw new CommandFailedException($"{option} is '{text}'; expected whole numbers from 1 with commas between.");
    }
}
