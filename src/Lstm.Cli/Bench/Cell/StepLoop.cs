using Lstm.Engine;

namespace Lstm.Cli.Bench.Cell;

/// <summary>Steps as a user of the library takes them: sessions with states, inputs and outputs of their own.</summary>
internal sealed class StepLoop
{
    private readonly Model _model;
    private readonly StepBatch _batch;
    private readonly ModelState[] _states;
    private readonly float[][] _x;
    private readonly float[][] _y;

    /// <summary>Prepares the sessions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Sessions.</param>
    /// <param name="fill">Fills inputs.</param>
    public StepLoop(Model model, int batch, Action<float[]> fill)
    {
        _model = model;
        _batch = model.CreateBatch(batch);
        _states = [.. Enumerable.Range(0, batch).Select(_ => model.CreateState(SessionInput.Zeros(model.Info)))];
        _x = [.. _states.Select(_ => new float[model.Info.InputSize])];
        _y = [.. _states.Select(_ => new float[model.Info.OutputSize])];
        Array.ForEach(_x, fill);
    }

    /// <summary>One timestep of every session.</summary>
    public void Run()
    {
        if (_states.Length == 1)
        {
            _model.Step(_states[0], _x[0], _y[0]);
            return;
        }
        for (int n = 0; n < _states.Length; n++)
        {
            _batch.Add(_states[n], _x[n], _y[n]);
        }
        _batch.Run();
    }
}
