using System.Runtime.InteropServices;
using Lstm.Cli.Demo;

namespace Lstm.Cli.Tests.Demo;

public class TaxiSeriesTests
{
    [Fact]
    public void Input_EveryHalfHour_EqualsTheTraceBitForBit()
    {
        // x is the first tensor of the trace: f32 [10320, 5] at offset 0.
        ReadOnlySpan<float> expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Replay.PathOf("trace_full.bin")));
        var x = new float[TaxiSeries.InputSize];
        for (int i = 0; i < Replay.Series.Count; i++)
        {
            Replay.Series.Input(i, x);
            Assert.Equal(expected.Slice(i * x.Length, x.Length).ToArray(), x);
        }
    }

    [Fact]
    public void Read_BrokenLine_NamesIt()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "timestamp,value\n2014-07-01 00:00:00,10844\n2014-07-01 00:30:00;8127\n");

        var fault = Assert.Throws<CommandFailedException>(() => TaxiSeries.Read(path));
        Assert.Equal($"{path}, line 3: expected 'yyyy-MM-dd HH:mm:ss,number' but got '2014-07-01 00:30:00;8127'.", fault.Message);
        File.Delete(path);
    }
}
