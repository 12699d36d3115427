namespace Lstm.Cli.Bench.Cell;

/// <summary>What is measured.</summary>
/// <param name="Cell">lstm, gru or rnn.</param>
/// <param name="Input">Values of a timestep.</param>
/// <param name="Hidden">Units of a layer.</param>
/// <param name="Layers">Layers on top of each other.</param>
/// <param name="Head">Outputs of a dense layer behind them; 0 for none.</param>
internal sealed record CellShape(string Cell, int Input, int Hidden, int Layers = 1, int Head = 0)
{
    private int Gates => Cell switch { "lstm" => 4, "gru" => 3, _ => 1 };

    /// <summary>Weights that a step reads, without biases.</summary>
    public long Weights =>
        ((long)Gates * Hidden * (Input + Hidden)) + ((long)(Layers - 1) * Gates * Hidden * 2 * Hidden) + ((long)Head * Hidden);

    /// <summary>Floating-point operations of a step of one session: a multiplication and an addition a weight.</summary>
    public long Flops => 2 * Weights;
}
