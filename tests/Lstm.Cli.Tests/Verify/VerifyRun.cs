using System.CommandLine;
using System.Text.Json;
using Lstm.Cli.Verify;

namespace Lstm.Cli.Tests.Verify;

/// <summary>One run of the command, as a user would type it.</summary>
internal sealed record VerifyRun(int ExitCode, string[] Lines, string Error)
{
    public static VerifyRun Of(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = VerifyCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return new VerifyRun(exitCode, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }

    /// <summary>Every line of standard output as an object.</summary>
    public JsonElement[] Json() => [.. Lines.Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];
}
