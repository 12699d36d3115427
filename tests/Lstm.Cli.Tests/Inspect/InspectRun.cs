using System.CommandLine;
using System.Text.Json;
using Lstm.Cli.Inspect;

namespace Lstm.Cli.Tests.Inspect;

/// <summary>One run of the command, as a user would type it.</summary>
internal sealed record InspectRun(int ExitCode, string Output, string Error)
{
    public static InspectRun Of(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = InspectCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return new InspectRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json() => JsonSerializer.Deserialize<JsonElement>(Output);
}
