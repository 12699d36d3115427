using System.CommandLine;

namespace Lstm.Cli.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("demo")]
    [InlineData("serve")]
    [InlineData("sessions")]
    [InlineData("inspect")]
    [InlineData("verify")]
    [InlineData("bench")]
    [InlineData("bench cell")]
    [InlineData("bench service")]
    [InlineData("bench grpc")]
    [InlineData("bench lanes")]
    public async Task Help_EveryCommand_EndsWithExamples(string command)
    {
        using var output = new StringWriter();
        int code = await CommandLine.Create().Parse($"{command} --help").InvokeAsync(new InvocationConfiguration { Output = output });

        Assert.Equal(0, code);
        Assert.Contains("Examples:\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_EveryCommandAndOption_SaysWhatItIsFor()
    {
        var commands = CommandLine.Create().Subcommands;
        Assert.Equal(["demo", "serve", "sessions", "inspect", "verify", "bench"], commands.Select(command => command.Name));
        Assert.All(commands.Concat(commands.SelectMany(command => command.Subcommands)), command =>
        {
            Assert.False(string.IsNullOrEmpty(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), $"{command.Name} {option.Name}"));
        });
    }

    [Fact]
    public async Task Lstm_UnknownCommand_IsRefusedByName()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync("bogus");
        Assert.Equal((2, "", "lstm: Unrecognized command or argument 'bogus'.\nTry: lstm --help\n"), (code, output, error));
    }

    [Fact]
    public async Task Lstm_WithoutArguments_ListsTheCommands()
    {
        (int code, string output, _) = await LstmProcess.RunAsync();
        Assert.Equal(0, code);
        Assert.Contains("demo", output, StringComparison.Ordinal);
    }
}
