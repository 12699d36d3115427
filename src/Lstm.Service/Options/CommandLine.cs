namespace Lstm.Service.Options;

/// <summary>Turns the command line into configuration. An argument that is not known is refused by name.</summary>
internal static class CommandLine
{
    /// <summary>Short names of the options that people type.</summary>
    public static readonly IReadOnlyDictionary<string, string> Switches = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["http-port"] = "Lstm:Server:HttpPort",
        ["grpc-port"] = "Lstm:Server:GrpcPort",
        ["address"] = "Lstm:Server:Address",
        ["models"] = "Lstm:Models:Directory",
        ["ready-file"] = "Lstm:Server:ReadyFile",
        ["max-sessions"] = "Lstm:Sessions:MaxSessions",
        ["idle-timeout"] = "Lstm:Sessions:IdleTimeout",
        ["log-format"] = "Lstm:Logging:Format",
    };

    /// <summary>What --help prints.</summary>
    public static string Help =>
        $"""
        The Lstm server: sessions over gRPC and HTTP.

        {string.Join(Environment.NewLine, Switches.Select(static s => $"  --{s.Key,-14} VALUE   {s.Value}"))}
          --Lstm:SECTION:NAME VALUE  any other option; also LSTM__SECTION__NAME in the environment, or appsettings.json
          --Logging:…, --OTEL_…      the standard settings of .NET logging and of OpenTelemetry
          --health-check [URL]       exits with 0 when a running service is ready, 1 when not
          --help                     this text
        """;

    /// <summary>Reads arguments of the forms --name value and --name=value.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>Configuration keys and values.</returns>
    /// <exception cref="OptionsException">An argument is unknown or lacks its value; all of them are listed.</exception>
    public static IReadOnlyDictionary<string, string?> Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = new List<string>();
        for (int i = 0; i < args.Count; i++)
        {
            string argument = args[i];
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals];
            if (KeyOf(name) is not { } key)
            {
                faults.Add($"'{argument}' is not known; --help lists what is.");
                if (equals < 0 && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                    i++; // Its value is not a fault of its own.
            }
            else if (equals >= 0)
                values[key] = argument[(equals + 1)..];
            else if (i + 1 < args.Count)
                values[key] = args[++i];
            else
                faults.Add($"'{argument}' lacks its value.");
        }

        return faults.Count == 0 ? values : throw new OptionsException(faults);
    }

    private static string? KeyOf(string name)
    {
        if (!name.StartsWith("--", StringComparison.Ordinal))
            return null;
        string rest = name[2..];
        if (Switches.TryGetValue(rest, out string? key))
            return key;
        bool known = rest.StartsWith("Lstm:", StringComparison.OrdinalIgnoreCase)
            || rest.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase)
            || rest.StartsWith("OTEL_", StringComparison.Ordinal);
        return known ? rest : null;
    }
}
