using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Lstm.Engine.Kernels;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests.Laws;

/// <summary>Law 2 across processes: with instruction sets switched off the same sessions leave the same bits behind.</summary>
public sealed class InstructionSetTests(ITestOutputHelper output)
{
    // The slowest child runs one float at a time and calls a library for every fused multiply-add: half a minute on one core.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(4);

    private static readonly Lazy<string[]> _expected = new(static () => [.. LawProbe.Run(LawSeed.Value)]);

    [SkippableTheory]
    [InlineData("")]
    [InlineData("DOTNET_EnableAVX512=0")]
    [InlineData("DOTNET_EnableAVX2=0")]
    [InlineData("DOTNET_EnableHWIntrinsic=0")]
    public async Task Process_WithInstructionSetSwitchedOff_LeavesTheSameBits(string setting)
    {
        Skip.If(setting.Contains("AVX512", StringComparison.Ordinal) && !Avx512F.IsSupported, $"This processor, or this process, has no AVX-512 to switch off: {LawProbe.Processor}.");
        Skip.If(setting.Length > 0 && !Avx2.IsSupported, $"This processor, or this process, has no AVX2 to switch off: {LawProbe.Processor}.");

        string[] lines = await RunAsync(setting);

        output.WriteLine($"seed {LawSeed.Value}, {(setting.Length > 0 ? setting : "nothing switched off")}: {lines[0]}");
        AssertTookEffect(setting, lines[0]);
        Assert.Equal(LawProbe.Sessions * (LawModels.Stepped.Count + LawModels.Whole.Count), lines.Length - 1);
        Assert.Equal(_expected.Value, lines[1..]);
    }

    [Fact]
    public async Task Process_WithUnknownArguments_SaysWhatItExpects()
    {
        using Process child = Start("", "law-3");

        string error = await child.StandardError.ReadToEndAsync().WaitAsync(_patience);
        await child.WaitForExitAsync().WaitAsync(_patience);

        Assert.Equal(2, child.ExitCode);
        Assert.Equal($"Expected 'law-2 SEED' but got 'law-3'. To run the tests: dotnet test.{Environment.NewLine}", error);
    }

    // Without this a name that a new version of .NET no longer knows would compare the same width with itself.
    private static void AssertTookEffect(string setting, string processor)
    {
        string[] facts = processor.Split(' ');
        switch (setting)
        {
            case "":
                Assert.Equal(LawProbe.Processor, processor);
                break;
            case "DOTNET_EnableAVX512=0":
                Assert.Equal(["avx512=False", "vector512=False", "avx2=True", "vector256=True", "fma=True", $"lanes={(int)VectorWidth.Bits256}"], facts);
                break;
            default:
                // Since .NET 10 fused multiply-add goes with AVX2; without it only the scalar code is left.
                Assert.Equal(["avx512=False", "vector512=False", "avx2=False", "vector256=False", "fma=False", $"lanes={(int)VectorWidth.Scalar}"], facts);
                break;
        }
    }

    private static async Task<string[]> RunAsync(string setting)
    {
        using Process child = Start(setting, "law-2", LawSeed.Value.ToString(CultureInfo.InvariantCulture));
        try
        {
            Task<string> error = child.StandardError.ReadToEndAsync();
            string lines = await child.StandardOutput.ReadToEndAsync().WaitAsync(_patience);
            await child.WaitForExitAsync().WaitAsync(_patience);
            Assert.True(child.ExitCode == 0, $"Exit code {child.ExitCode}: {await error}");
            return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(string setting, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(LawProbe).Assembly.Location);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        if (setting.Split('=') is [var name, var value])
        {
            start.Environment[name] = value;
        }
        return Process.Start(start) ?? throw new InvalidOperationException("No process.");
    }
}
