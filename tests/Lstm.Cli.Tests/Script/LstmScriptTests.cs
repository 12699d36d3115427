namespace Lstm.Cli.Tests.Script;

/// <summary>The script ./lstm, with stand-ins for the programs that it calls.</summary>
public sealed class LstmScriptTests : IDisposable
{
    private readonly FakeClone _clone = new();

    public void Dispose() => _clone.Dispose();

    [Fact]
    public async Task Test_AllPass_SumsOverAllRunnersInTheLastLine()
    {
        _clone.AddTests("A.Tests", Counters(12, 10, 10), 0);
        _clone.AddTests("B.Tests", Counters(5, 5, 5), 0);
        _clone.AddEndToEndTests("some words\\n3 passed, 0 failed, 1 skipped\\n", 0);

        (int code, string output, _) = await _clone.RunAsync("test");
        Assert.Equal((0, "18 passed, 0 failed, 3 skipped"), (code, LastLine(output)));
    }

    [Fact]
    public async Task Test_OfServiceAndClient_RunsThemOnTheOfficialPackagesToo()
    {
        _clone.AddTests("Lstm.Engine.Tests", Counters(1, 1, 1), 0);
        _clone.AddTests("Lstm.Service.Tests", Counters(10, 10, 10), 0);
        _clone.AddTests("Lstm.Client.Tests", Counters(100, 100, 99), 1);

        (int code, string output, _) = await _clone.RunAsync("test");
        Assert.Equal((1, "219 passed, 2 failed, 0 skipped"), (code, LastLine(output)));
        Assert.Contains("Lstm.Service.Tests+packages", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OfficialPackagesDoNotRestore_AreSkippedWithTheReason()
    {
        _clone.AddTests("Lstm.Service.Tests", Counters(10, 10, 10), 0);

        (int code, string output, _) = await _clone.RunAsync("test", "FAKE_RESTORE_CODE=1");
        Assert.Equal((0, "10 passed, 0 failed, 1 skipped"), (code, LastLine(output)));
        Assert.Contains("Skipped Lstm.Service.Tests+packages: the official packages do not restore here: error NU1101: no such package", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OneFails_FailsWithItInTheSum()
    {
        _clone.AddTests("A.Tests", Counters(12, 12, 11), 1);
        _clone.AddTests("B.Tests", Counters(5, 5, 5), 0);

        (int code, string output, _) = await _clone.RunAsync("test");
        Assert.Equal((1, "16 passed, 1 failed, 0 skipped"), (code, LastLine(output)));
    }

    [Fact]
    public async Task Test_RunnerCrashes_CountsAsAFailure()
    {
        _clone.AddTests("A.Tests", null, 134);
        _clone.AddTests("B.Tests", Counters(5, 5, 5), 1); // all passed, and then the host died

        (int code, string output, _) = await _clone.RunAsync("test");
        Assert.Equal((1, "5 passed, 2 failed, 0 skipped"), (code, LastLine(output)));
    }

    [Fact]
    public async Task Test_RunnerRunsNothing_CountsAsAFailure()
    {
        _clone.AddTests("A.Tests", null, 0);
        _clone.AddTests("B.Tests", Counters(0, 0, 0), 0);

        (int code, string output, _) = await _clone.RunAsync("test");
        Assert.Equal((1, "0 passed, 2 failed, 0 skipped"), (code, LastLine(output)));
    }

    [Fact]
    public async Task Test_EndToEndWithoutClosingLine_CountsAsAFailure()
    {
        _clone.AddTests("A.Tests", Counters(5, 5, 5), 0);
        _clone.AddEndToEndTests("7 passed, 0 failed, 0 skipped\\nand then it fell over\\n", 0);

        (int code, string output, _) = await _clone.RunAsync("test");
        Assert.Equal((1, "5 passed, 1 failed, 0 skipped"), (code, LastLine(output)));
    }

    [Fact]
    public async Task Test_FilterMatchesNothing_Fails()
    {
        _clone.AddTests("A.Tests", null, 0);

        (int code, string output, string error) = await _clone.RunAsync("test --filter Nothing");
        Assert.Equal((1, "0 passed, 1 failed, 0 skipped"), (code, LastLine(output)));
        Assert.Contains("No test matches 'Nothing'.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_BuildFails_ShowsTheErrorAndRunsNothing()
    {
        _clone.AddTests("A.Tests", Counters(5, 5, 5), 0);

        (int code, string output, string error) = await _clone.RunAsync("test", "FAKE_BUILD_CODE=1");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("error CS0001: no", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCommand_PrerequisitesOutdated_SaysAllThatIsMissing()
    {
        _clone.WriteProgram("node", "echo v18.19.0");
        _clone.WriteProgram("dotnet", "echo '8.0.100 [/usr/share/dotnet/sdk]'");

        (int code, string output, string error) = await _clone.RunAsync("demo");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("the .NET 10 SDK is missing (found: 8.0.100): install it from", error, StringComparison.Ordinal);
        Assert.Contains("Node.js 20 or newer is needed (found: v18.19.0): install it from", error, StringComparison.Ordinal);
    }

    private static string Counters(int total, int executed, int passed) =>
        $"total=\"{total}\" executed=\"{executed}\" passed=\"{passed}\" failed=\"{executed - passed}\" error=\"0\"";

    private static string LastLine(string output) => output.TrimEnd('\n').Split('\n')[^1];
}
