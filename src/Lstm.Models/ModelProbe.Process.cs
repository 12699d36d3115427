using System.Diagnostics;
using System.Globalization;
using Lstm.Engine;

namespace Lstm.Models;

/// <content>The process that is started.</content>
public sealed partial class ModelProbe
{
    /// <summary>What the process does: loads the file, lets it step once, and ends.</summary>
    /// <param name="args">The command line after <see cref="Argument"/>.</param>
    /// <returns>The exit code. It says nothing about whether the file loads, only that it can be tried.</returns>
    public static int Run(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        EndWithParent();
        GoFirst();
        var limits = new LoadLimits
        {
            MaxTime = TimeSpan.FromMilliseconds(double.Parse(args[3], CultureInfo.InvariantCulture)),
            MaxMemoryBytes = long.Parse(args[4], CultureInfo.InvariantCulture),
        };
        var options = new ModelLoaderOptions { Backend = Enum.Parse<BackendChoice>(args[1]), AllowBatching = bool.Parse(args[2]), Limits = limits };
        try
        {
            WarmUp(ModelLoader.Load(args[0], options));
            return Done;
        }
        catch (ModelLoadException error) when (error.InnerException is not OutOfMemoryException)
        {
            return Done;
        }
        catch (Exception error) when (error is OutOfMemoryException || error.InnerException is OutOfMemoryException)
        {
            return OutOfMemory;
        }
    }

    /// <summary>Lets a model step once or predict a short sequence: the first run compiles the cells, and no client should wait for that.</summary>
    /// <param name="model">The model.</param>
    public static void WarmUp(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var length = model.Info.IsStreamable ? 1 : model.Info.SequenceLength ?? 1;
        var (x, y) = (new float[length * model.Info.InputSize], new float[length * model.Info.OutputSize]);
        try
        {
            if (model.Info.IsStreamable)
                model.Step(model.CreateState(SessionInput.Zeros(model.Info)), x, y);
            else
                model.Predict([new(model.CreateState(SessionInput.Zeros(model.Info)), length, x, y)]);
        }
        catch (ArgumentException)
        {
            // Zeros are not for every model; what it takes, clients know.
        }
    }

    // A parent that was killed cannot end it; its end of the pipe closes in any case.
    private static void EndWithParent() => new Thread(static () =>
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }
        Process.GetCurrentProcess().Kill();
    }) { IsBackground = true, Name = "parent" }.Start();

    // When memory runs out, Linux ends this process and not the one that serves.
    private static void GoFirst()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Where that is not allowed, the limit alone has to do.
        }
    }
}
