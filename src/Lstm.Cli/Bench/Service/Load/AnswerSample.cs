using System.Runtime.InteropServices;
using Lstm.Cli.Bench.Load;
using Lstm.Engine;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>What a server answered to one session, from its first step on, to be compared with the engine in this process afterwards.</summary>
/// <param name="session">Number of the session in the run.</param>
/// <param name="outputSize">Floats per step.</param>
internal sealed class AnswerSample(int session, int outputSize)
{
    private const int MostSteps = 4096;

    // As in lstm verify: float32 sums in another order stay near 1e-6 of the largest output, a wrong gate or state shows in the first digits.
    private const double AllowedPerLargest = 1e-5;

    private readonly List<float> _y = [];

    /// <summary>Steps kept.</summary>
    public int Steps => _y.Count / outputSize;

    /// <summary>Keeps an answer, unless there are enough.</summary>
    /// <param name="y">[count, output_size] as little-endian floats.</param>
    public void Add(ReadOnlySpan<byte> y)
    {
        if (Steps < MostSteps)
            _y.AddRange(MemoryMarshal.Cast<byte, float>(y));
    }

    /// <summary>Compares.</summary>
    /// <param name="model">The model, in this process.</param>
    /// <param name="inputs">What the session was sent.</param>
    /// <returns>The largest difference, relative to the largest output (or to 1, if that is less); 0 for the same bits.</returns>
    /// <exception cref="LoadException">An answer is wrong.</exception>
    public double Compare(Model model, InputTable inputs)
    {
        var expected = new float[_y.Count];
        ModelState state = model.CreateState(SessionInput.Zeros(model.Info));
        for (int step = 0; step < Steps; step++)
            model.Step(state, inputs.Input(session, (ulong)step + 1), expected.AsSpan(step * outputSize, outputSize));

        double largest = Math.Max(1, expected.Select(Math.Abs).DefaultIfEmpty().Max());
        double difference = 0;
        for (int n = 0; n < expected.Length; n++)
        {
            difference = Math.Max(difference, _y[n].Equals(expected[n]) ? 0 : Math.Abs((double)_y[n] - expected[n]));
            if (!(difference <= AllowedPerLargest * largest)) // Also when it is no number.
                throw new LoadException($"The server answered wrongly: session {session}, step {n / outputSize + 1}, y[{n % outputSize}] should be {expected[n]:R}, within {AllowedPerLargest * largest:R}, but is {_y[n]:R}.");
        }

        return difference / largest;
    }
}
