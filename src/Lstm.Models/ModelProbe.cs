using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Lstm.Engine;

namespace Lstm.Models;

/// <summary>
/// Loads a file in a process of its own before it is loaded in this one. What ONNX Runtime does with a file cannot be stopped from
/// within, a process can: one that takes too long, takes too much memory or crashes is the file's refusal.
/// </summary>
/// <remarks>The program that it starts calls <see cref="Run"/> when its first argument is <see cref="Argument"/>.</remarks>
public sealed partial class ModelProbe
{
    /// <summary>The first argument of the process.</summary>
    public const string Argument = "--probe-model";

    private const int Done = 0;
    private const int OutOfMemory = 70;

    // By Linux when the machine or the container has no more memory.
    private const int KilledBySystem = 128 + 9;

    // Often enough that memory cannot grow far between two looks.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    private readonly string _program;
    private readonly IReadOnlyList<string> _arguments;

    /// <summary>Says how the process is started.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">What goes before <see cref="Argument"/>, e.g. a .dll.</param>
    public ModelProbe(string program, params IReadOnlyList<string> arguments)
    {
        _program = program;
        _arguments = arguments;
    }

    /// <summary>Starts the program that an assembly is.</summary>
    /// <param name="assembly">One with an entry point.</param>
    /// <returns>The probe.</returns>
    public static ModelProbe Of(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var name = assembly.GetName().Name;
        var running = Environment.ProcessPath;
        // A program of its own (an app host) needs no dotnet.
        if (running is not null && Path.GetFileNameWithoutExtension(running) == name)
            return new ModelProbe(running);
        return new ModelProbe(DotnetOf(running), Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
    }

    /// <summary>Tries a file that is going to be loaded into ONNX Runtime in another way than by <see cref="ModelLoader"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What the load may take.</param>
    /// <exception cref="ModelLoadException">It must not be loaded here.</exception>
    public void Try(string path, LoadLimits limits)
    {
        using var budget = new LoadBudget(limits);
        Check(path, new ModelLoaderOptions { Backend = BackendChoice.OnnxRuntime }, budget);
    }

    /// <summary>Tries a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is going to be loaded.</param>
    /// <param name="budget">What the load may take.</param>
    /// <exception cref="ModelLoadException">It must not be loaded here.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more.</exception>
    internal void Check(string path, ModelLoaderOptions options, LoadBudget budget)
    {
        using var process = Start(path, options, budget);
        var error = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        try
        {
            while (!process.WaitForExit(Look))
            {
                budget.Check("in ONNX Runtime");
                if (MemoryOf(process) > budget.Limits.MaxMemoryBytes)
                    throw budget.MemoryIsUp("in ONNX Runtime");
            }
        }
        catch (LoadLimitException limit)
        {
            throw limit.Of(path);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        if (process.ExitCode is OutOfMemory or KilledBySystem)
            throw budget.MemoryIsUp("in ONNX Runtime").Of(path);
        if (process.ExitCode != Done)
            throw Crash(path, process.ExitCode, error);
    }

    private Process Start(string path, ModelLoaderOptions options, LoadBudget budget)
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] own = [
            Argument, Path.GetFullPath(path), options.Backend.ToString(), options.AllowBatching.ToString(),
            Math.Max(1, budget.TimeLeft.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), budget.Limits.MaxMemoryBytes.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in _arguments.Concat(own))
            start.ArgumentList.Add(argument);
        // It is short-lived, small, and nobody looks into it.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = budget.Limits.MaxMemoryBytes.ToString("X", CultureInfo.InvariantCulture);
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("no process");
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new ModelLoadException(path, [new ModelFault("", "", $"The process that tries a file before it is loaded into ONNX Runtime ('{_program}') could not be started: {error.Message}")], error);
        }
    }

    private static long MemoryOf(Process process)
    {
        try
        {
            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0; // It has just ended.
        }
    }

    private static ModelLoadException Crash(string path, int exitCode, Task<string> error)
    {
        var said = error.Wait(TimeSpan.FromSeconds(1)) ? error.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() : null;
        return new ModelLoadException(path, [new ModelFault("", "",
            $"ONNX Runtime ended the process in which the file was tried, with exit code {exitCode}{(said is null ? "" : $" ({said.TrimEnd('.')})")}; it would end this one, too.") { Kind = ModelFaultKind.Limit }]);
    }

    private static string DotnetOf(string? running)
    {
        if (running is not null && Path.GetFileNameWithoutExtension(running) == "dotnet")
            return running;
        // …/dotnet, above shared/Microsoft.NETCore.App/VERSION.
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(beside) ? beside : "dotnet";
    }
}
