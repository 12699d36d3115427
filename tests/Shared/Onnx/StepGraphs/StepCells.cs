namespace Lstm.Tests.Shared.Onnx.StepGraphs;

/// <summary>Textbook cells in plain operators.</summary>
internal sealed class StepCells(StepLayers layers)
{
    /// <summary>An inner gate of the last cell that was written, and a sigmoid's.</summary>
    public string Gate { get; private set; } = "";

    /// <summary>An LSTM.</summary>
    /// <returns>h' and c'.</returns>
    public (string H, string C) Lstm(StepCell kind, string x, int inputs, string h, string c, int size, int width)
    {
        string[] gates = Gates(kind, x, inputs, h, size, width);
        (string i, string f, string g, string o) = (gates[0], gates[1], gates[2], gates[3]);
        if (kind == StepCell.LstmPeephole)
        {
            i = layers.Op("Add", i, layers.Op("Mul", c, layers.Weights(width)));
            f = layers.Op("Add", f, layers.Op("Mul", c, layers.Weights(width)));
        }
        f = layers.Sigmoid(f);
        i = kind == StepCell.LstmCoupledGates ? layers.OneMinus(f) : layers.Sigmoid(i);
        string next = Sum(layers.Op("Mul", f, c), layers.Op("Mul", i, layers.Tanh(g)));
        next = kind == StepCell.LstmNormOfCell ? layers.Norm(next, width) : kind == StepCell.LstmClipped ? layers.File.Clip(next, -2, 2) : next;
        o = kind == StepCell.LstmPeephole ? layers.Op("Add", o, layers.Op("Mul", next, layers.Weights(width))) : o;
        Gate = layers.Sigmoid(o);
        string shown = layers.Tanh(kind == StepCell.LstmNorm ? layers.Norm(next, width) : next);
        return (layers.Op("Mul", Gate, shown), next);
    }

    /// <summary>A GRU.</summary>
    /// <returns>h'.</returns>
    public string Gru(StepCell kind, string x, int inputs, string h, int size)
    {
        string z = layers.Sigmoid(Normed(kind, layers.Sum(x, inputs, h, size, size), size));
        Gate = z;
        string n;
        if (kind == StepCell.MinimalGru)
        {
            n = layers.Tanh(layers.Sum(x, inputs, layers.Op("Mul", z, h), size, size));
        }
        else
        {
            string r = layers.Sigmoid(layers.Sum(x, inputs, h, size, size));
            n = layers.Random.Next(2) == 0
                ? layers.Tanh(layers.Op("Add", layers.Linear(x, inputs, size), layers.Op("Mul", r, layers.Linear(h, size, size))))
                : layers.Tanh(layers.Op("Add", layers.Linear(x, inputs, size), layers.Linear(layers.Op("Mul", r, h), size, size)));
        }
        return kind == StepCell.GruDifference
            ? Sum(n, layers.Op("Mul", z, layers.Op("Sub", h, n)))
            : Sum(layers.Op("Mul", z, h), layers.Op("Mul", layers.OneMinus(z), n));
    }

    /// <summary>A plain RNN, or a leaky one.</summary>
    /// <returns>h'.</returns>
    public string Rnn(StepCell kind, string x, int inputs, string h, int size)
    {
        string sum = Normed(kind, layers.Sum(x, inputs, h, size, size), size);
        string next = kind == StepCell.RnnRelu ? layers.File.Clip(layers.Op("Relu", sum), null, 3) : layers.Tanh(sum);
        if (kind != StepCell.Leaky)
        {
            return next;
        }
        return Sum(layers.Op("Mul", h, layers.File.Floats([0.7f])), layers.Op("Mul", layers.File.Floats([0.3f]), next));
    }

    private string[] Gates(StepCell kind, string x, int inputs, string h, int size, int width)
    {
        if (kind == StepCell.LstmSeparateGates)
        {
            return [.. Enumerable.Range(0, 4).Select(_ => layers.Sum(x, inputs, h, size, width))];
        }
        string all = kind is StepCell.LstmNorm or StepCell.LstmNormOfCell
            ? layers.Op("Add", layers.Norm(layers.Linear(x, inputs, 4 * width), 4 * width), layers.Norm(layers.Linear(h, size, 4 * width), 4 * width))
            : layers.Sum(x, inputs, h, size, 4 * width);
        return layers.Random.Next(2) == 0
            ? layers.File.Split(all, -1, width, width, width, width)
            : [.. Enumerable.Range(0, 4).Select(n => layers.File.Slice(all, [-1], [n * width], [(n + 1) * width]))];
    }

    private string Normed(StepCell kind, string x, int size) => kind is StepCell.GruNorm or StepCell.RnnNorm ? layers.Norm(x, size) : x;

    private string Sum(string a, string b) => layers.Random.Next(2) == 0 ? layers.Op("Add", a, b) : layers.Op("Add", b, a);
}
