using System.CommandLine;
using Lstm.Engine;
using Lstm.Models;

namespace Lstm.Cli;

/// <summary>The options of commands that load models: what loading one may take.</summary>
internal sealed class LoadOptions
{
    private readonly Option<TimeSpan> _time = new("--max-load-time")
    {
        Description = "The longest time that loading one model may take, e.g. 00:01:00 (hours:minutes:seconds).",
        DefaultValueFactory = static _ => LoadLimits.Default.MaxTime,
        HelpName = "TIME",
    };

    private readonly Option<long> _memory = new("--max-load-memory")
    {
        Description = "The most bytes of memory that loading one model may take.",
        DefaultValueFactory = static _ => LoadLimits.Default.MaxMemoryBytes,
        HelpName = "BYTES",
    };

    /// <summary>Checks what is given for them.</summary>
    public LoadOptions()
    {
        _time.Validators.Add(static r =>
        {
            if (r.GetValueOrDefault<TimeSpan>() is var time && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1)))
                r.AddError($"--max-load-time is {time}; expected more than nothing and at most a day.");
        });
        _memory.Validators.Add(static r =>
        {
            if (r.GetValueOrDefault<long>() is var bytes && bytes < 1 << 20)
                r.AddError($"--max-load-memory is {bytes}; expected at least {1 << 20} bytes.");
        });
    }

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_time);
        command.Options.Add(_memory);
    }

    /// <summary>How models are loaded.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>With a process of its own for what goes into ONNX Runtime.</returns>
    public ModelLoaderOptions Of(ParseResult parsed) => new()
    {
        Limits = new() { MaxTime = parsed.GetValue(_time), MaxMemoryBytes = parsed.GetValue(_memory) },
        Probe = ModelProbe.Of(typeof(LoadOptions).Assembly),
    };
}
