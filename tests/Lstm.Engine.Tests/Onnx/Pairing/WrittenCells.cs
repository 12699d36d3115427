using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Onnx.Pairing;

/// <summary>Cells in plain operators, as exporters write nn.LSTMCell and its like out. Weights are zero: only the structure counts.</summary>
internal static class WrittenCells
{
    public static (string H, string C) Lstm(OnnxBuilder file, string x, int inputs, string h, string c, int size, int? projection = null)
    {
        string[] gates = file.Split(Sum(file, x, inputs, h, projection ?? size, 4 * size), 1, size, size, size, size);
        string kept = file.Node("Mul", [file.Node("Sigmoid", [gates[1]]), c]);
        string added = file.Node("Mul", [file.Node("Sigmoid", [gates[0]]), file.Node("Tanh", [gates[2]])]);
        string next = file.Node("Add", [kept, added]);
        string shown = file.Node("Mul", [file.Node("Sigmoid", [gates[3]]), file.Node("Tanh", [next])]);
        return (projection is { } p ? Linear(file, shown, size, p) : shown, next);
    }

    public static string Gru(OnnxBuilder file, string x, int inputs, string h, int size)
    {
        string z = file.Node("Sigmoid", [Sum(file, x, inputs, h, size, size)]);
        string r = file.Node("Sigmoid", [Sum(file, x, inputs, h, size, size)]);
        string n = file.Node("Tanh", [file.Node("Add", [Linear(file, x, inputs, size), file.Node("Mul", [r, Linear(file, h, size, size)])])]);
        return file.Node("Add", [file.Node("Mul", [file.Node("Sub", [file.Floats([1]), z]), n]), file.Node("Mul", [z, h])]);
    }

    public static string Rnn(OnnxBuilder file, string x, int inputs, string h, int size) => file.Node("Tanh", [Sum(file, x, inputs, h, size, size)]);

    public static string Linear(OnnxBuilder file, string x, int inputs, int outputs) =>
        file.Node("Add", [file.Node("MatMul", [x, file.Floats(new float[inputs * outputs], inputs, outputs)]), file.Floats(new float[outputs], outputs)]);

    /// <summary>An LSTM node with state in and out: Y, Y_h, Y_c.</summary>
    public static string[] LstmNode(OnnxBuilder file, string x, int inputs, string h, string c, int size) => file.Nodes(
        "LSTM",
        [true, true, true],
        [x, file.Floats(new float[4 * size * inputs], 1, 4 * size, inputs), file.Floats(new float[4 * size * size], 1, 4 * size, size), "", "", h, c],
        ("hidden_size", size));

    private static string Sum(OnnxBuilder file, string x, int inputs, string h, int size, int outputs) =>
        file.Node("Add", [Linear(file, x, inputs, outputs), Linear(file, h, size, outputs)]);
}
