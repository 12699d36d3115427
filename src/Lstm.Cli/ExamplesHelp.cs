using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Lstm.Cli;

/// <summary>The usual help, followed by examples: they tell most readers what they came for.</summary>
internal sealed class ExamplesHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        ["lstm"] =
        [
            "lstm demo                       watch a forecaster follow seven months of New York taxi demand",
            "lstm serve --models ./models    serve your own models",
            "lstm inspect model.onnx         what was understood of it: layers, state, does it stream?",
            "lstm verify model.onnx          are the numbers right? asks ONNX Runtime",
            "lstm bench service              how fast is it here? beside ONNX Runtime behind the same gRPC",
            "lstm demo --help                the options of one command",
            "./lstm test                     build everything and run every test (a command of the script itself)",
        ],
        ["demo"] =
        [
            "lstm demo                  the whole series in about half a minute",
            "lstm demo --speed 50       50 half hours a second, slow enough to follow every value",
            "lstm demo --speed max      without waiting",
            "lstm demo --json           without waiting; the last line is a JSON summary",
            "lstm demo --keep           leave the service running to try things on it",
        ],
        ["serve"] =
        [
            "lstm serve                                      the models that ship, HTTP on 8000, gRPC on 8001",
            "lstm serve --models ./models --http-port 9000   your own models, another port",
            "lstm serve --log-format json                    logs for machines",
        ],
        ["sessions"] =
        [
            "lstm sessions list                             all open sessions of the server on this machine",
            "lstm sessions list --model nyc-taxi            only those of one model",
            "lstm sessions get taxi-1 --state               one session with its h and c",
            "lstm sessions close taxi-1 --address box:8001  end one on another machine",
        ],
        ["inspect"] =
        [
            "lstm inspect model.onnx          layers, state, inputs and outputs, whether it streams and why not, cost",
            "lstm inspect models              every .onnx file below a folder",
            "lstm inspect model.onnx --json   for programs",
        ],
        ["verify"] =
        [
            "lstm verify model.onnx            our steps against ONNX Runtime, on seeded random input",
            "lstm verify models/nyc-taxi       a folder with references: against these",
            "lstm verify models --json         everything below a folder, one JSON object a line",
            "lstm verify cell.onnx --state h=hn --state c=cn   which input is a state, and its next value",
        ],
        ["bench"] =
        [
            "lstm bench cell             cells beside ONNX Runtime and beside what this core allows",
            "lstm bench service          the server under load, beside what one writes today",
            "lstm bench service --help   its options",
            "lstm bench grpc             what gRPC costs a message, beside bare endpoints",
            "lstm bench lanes            one lane beside several, of one scheduler and with one each",
        ],
        ["cell"] =
        [
            "lstm bench cell                                     LSTMs of 32 to 1,024 units, batches of 1 to 128: some three minutes",
            "lstm bench cell --cell gru,rnn --hidden 128         other cells",
            "lstm bench cell --input 8 --layers 2 --head 16      sizes that differ, layers on top of each other, a dense layer",
            "lstm bench cell --weights bfloat16 --json           weights in fewer bits; for programs",
        ],
        ["service"] =
        [
            "lstm bench service                                          the standard set, some five minutes",
            "lstm bench service --model model.onnx                       the same for your own model",
            "lstm bench service --sessions 1000 --batch 250 --json       one load, for programs",
            "lstm bench service --rate 20000 --against none              latency of the service alone at 20,000 messages a second",
        ],
        ["grpc"] =
        [
            "lstm bench grpc                                                  all loads on all transports, some four minutes",
            "lstm bench grpc --load unary --transport layer,raw-generated     two transports under one load",
            "lstm bench grpc --load window,rows --seconds 10 --json           two loads, longer; for programs",
        ],
        ["lanes"] =
        [
            "lstm bench lanes                                      nyc-taxi and an LSTM(128) under 256 callers, half a minute",
            "lstm bench lanes --model model.onnx --callers 1000    your own model, more callers",
        ],
    };

    /// <summary>Adds examples to the help of every command under <paramref name="root"/> that has some.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (HelpOption option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction usual)
                option.Action = new ExamplesHelp(usual);
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        Command command = parseResult.CommandResult.Command;
        string name = command is RootCommand ? "lstm" : command.Name;
        if (Examples.TryGetValue(name, out string[]? lines))
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string line in lines)
                output.WriteLine("  " + line);
            output.WriteLine();
        }

        return code;
    }
}
