using Spectre.Console;

namespace Lstm.Cli;

/// <summary>Standard output for tables and colours. Into a file or a pipe go neither escape codes nor line breaks at 80.</summary>
internal static class Terminal
{
    private const int WidthOfPipes = 200;

    /// <summary>The console to write to.</summary>
    public static IAnsiConsole Output { get; } = Create();

    private static IAnsiConsole Create()
    {
        bool redirected = Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (redirected)
            console.Profile.Width = WidthOfPipes;
        return console;
    }
}
