using System.Globalization;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>What the environment asks of random tests.</summary>
internal static class Setting
{
    /// <summary>A number.</summary>
    public static int? Read(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
