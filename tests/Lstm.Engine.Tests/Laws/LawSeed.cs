using System.Globalization;

namespace Lstm.Engine.Tests.Laws;

/// <summary>Weights and inputs of the tests of law 2 are new in every run; LSTM_LAWS=SEED repeats one.</summary>
internal static class LawSeed
{
    /// <summary>The seed of this run.</summary>
    public static int Value { get; } = int.TryParse(Environment.GetEnvironmentVariable("LSTM_LAWS"), CultureInfo.InvariantCulture, out int seed)
        ? seed
        : Random.Shared.Next(1_000_000);
}
