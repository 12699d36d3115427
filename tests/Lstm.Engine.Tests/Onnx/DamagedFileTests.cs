using System.Diagnostics;
using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>Whatever happens to a file's bytes or fields, loading it ends in a model that runs or in a <see cref="ModelLoadException"/>.</summary>
public sealed class DamagedFileTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Files = int.TryParse(Environment.GetEnvironmentVariable("LSTM_DAMAGES"), out int given) ? given : 3000;

    // A damaged size may ask for as much as the largest tensor of a step takes, under each of some twenty assumptions about the axes: 2^20 values
    // with where they come from, 64 MiB each time. Most of it is garbage by the next one.
    private const long MostBytes = 20L * (64 << 20);

    // A hundred times what the slowest sound file takes, on a machine that does other things besides.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly string[] Sound =
        [.. Directory.GetFiles(Repository.Path("tests", "data", "zoo"), "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private readonly string _path = Path.GetTempFileName();
    private readonly List<string> _unforeseen = [];

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Load_OfDamagedBytes_LoadsOrSaysWhy() => Run((random, file) => (Damage([.. File.ReadAllBytes(file)], random), "bytes"));

    [Fact]
    public void Load_OfDamagedFields_LoadsOrSaysWhy() => Run((random, file) =>
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        string what = new FieldDamage(random, Sound).Apply(model);
        return (model.ToByteArray(), what);
    });

    private void Run(Func<Random, string, (byte[] Bytes, string What)> damage)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("LSTM_DAMAGE"), out int given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}; LSTM_DAMAGE={seed} damages the same files in the same way");
        int refused = 0;
        for (int n = 0; n < Files; n++)
        {
            var random = new Random(seed + n);
            string file = Sound[random.Next(Sound.Length)];
            (byte[] bytes, string what) = damage(random, file);
            File.WriteAllBytes(_path, bytes);
            refused += LoadAndRun($"file {n} of seed {seed}, made from {file} ({what})") ? 0 : 1;
        }
        output.WriteLine($"{refused} of {Files} refused; {_unforeseen.Count} by no check of their own");
        _unforeseen.ForEach(output.WriteLine);
        Assert.InRange(refused, Files / 4, Files);
    }

    // On a thread of its own, so that a hang can be told.
    private bool LoadAndRun(string what)
    {
        bool loads = false;
        long bytes = 0;
        Exception? error = null;
        var thread = new Thread(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Run(Model.Load(_path));
                loads = true;
            }
            catch (InputRefusedException)
            {
                // It loads, and its whole numbers go beyond what is exact: a step says so.
                loads = true;
            }
            catch (ModelLoadException e)
            {
                error = e.Faults.Count > 0 && e.Faults.All(static f => f.Reason.Length > 0) ? null : e;
                _unforeseen.AddRange(e.Faults.Where(static f => f.Reason.Contains("no check foresaw", StringComparison.Ordinal)).Select(f => $"{what}: {f} {e.InnerException}"));
            }
            catch (Exception e)
            {
                error = e;
            }
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        var watch = Stopwatch.StartNew();
        thread.Start();
        Assert.True(thread.Join(Longest), $"{what} was not done after {watch.Elapsed}");
        Assert.True(error is null, $"{what} ended in {error}");
        Assert.True(bytes < MostBytes, $"{what} took {bytes} bytes");
        return loads;
    }

    private static void Run(Model model)
    {
        int length = model.Info.SequenceLength ?? 2;
        // What a damaged length asks for is not what is tested here.
        if ((long)length * (model.Info.InputSize + model.Info.OutputSize) < 1 << 20)
        {
            model.Predict([new Sequence(model.CreateState(), length, new float[length * model.Info.InputSize], new float[length * model.Info.OutputSize])]);
        }
        if (model.Info.IsStreamable)
        {
            model.Step(model.CreateState(), new float[model.Info.InputSize], new float[model.Info.OutputSize]);
        }
    }

    // Flipped bits, other bytes, a byte gone, a piece repeated elsewhere, a cut: one to three of them, more often near the beginning.
    private static byte[] Damage(List<byte> bytes, Random random)
    {
        for (int n = random.Next(1, 4); n > 0 && bytes.Count > 8; n--)
        {
            int at = random.Next(random.Next(2) == 0 ? bytes.Count : Math.Min(bytes.Count, 2000));
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 or 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes.RemoveAt(at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(8) == 0 ? bytes.Count - at : 1);
                    break;
            }
        }
        return [.. bytes];
    }
}
