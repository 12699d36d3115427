using System.Diagnostics;
using System.Text;

namespace Lstm.Cli.Demo.View;

/// <summary>Draws the demo on the terminal's second screen, twenty times a second, and gives the first one back at the end.</summary>
internal sealed class LiveView : IDemoView
{
    private const int MinimumWidth = 64;
    private const int MinimumHeight = 21;

    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(50);

    private readonly Stream _terminal = Console.OpenStandardOutput();
    private readonly bool _colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly Stopwatch _sinceFrame = new();

    /// <summary>Takes over the terminal.</summary>
    public LiveView() => Write("\e[?1049h\e[?25l\e[2J");

    /// <summary>Whether standard output is a terminal that can move its cursor and is large enough.</summary>
    public static bool IsPossible =>
        !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb")
        && Console.WindowWidth >= MinimumWidth && Console.WindowHeight >= MinimumHeight;

    /// <inheritdoc/>
    public void Update(DemoState state)
    {
        if (_sinceFrame.IsRunning && _sinceFrame.Elapsed < FrameTime && state.Done < state.Series.Count)
            return;

        _sinceFrame.Restart();
        var frame = new StringBuilder("\e[?2026h\e[H"); // synchronised, so that no half frame shows; from the top
        var lines = new Picture(state, Console.WindowWidth, Console.WindowHeight, _colours).Draw();
        frame.AppendJoin("\e[K\r\n", lines).Append("\e[K\e[J\e[?2026l");
        Write(frame.ToString());
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Dispose()
    {
        Write("\e[?25h\e[?1049l");
        _terminal.Dispose();
    }

    // Past Console, whose writer would look at the cursor's position first.
    private void Write(string text)
    {
        _terminal.Write(Encoding.UTF8.GetBytes(text));
        _terminal.Flush();
    }
}
