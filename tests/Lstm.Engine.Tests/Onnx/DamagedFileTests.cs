using Lstm.Tests.Shared;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>Whatever happens to a file's bytes, loading it ends in a model that steps or in a <see cref="ModelLoadException"/>.</summary>
public sealed class DamagedFileTests(ITestOutputHelper output) : IDisposable
{
    private const int Files = 3000;

    // A damaged size may ask for as much as the largest tensor of a step takes, under each assumption about the axes.
    private const long MostBytes = 512 << 20;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Load_OfDamagedFiles_LoadsOrSaysWhy()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] sound = [.. Directory.GetFiles(Repository.Path("tests", "data", "zoo"), "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        int refused = 0;
        for (int n = 0; n < Files; n++)
        {
            string file = sound[random.Next(sound.Length)];
            File.WriteAllBytes(_path, Damage([.. File.ReadAllBytes(file)], random));
            string what = $"file {n} of seed {seed}, made from {file}";
            long before = GC.GetAllocatedBytesForCurrentThread();
            refused += LoadAndStep(what) ? 0 : 1;
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"{what} took too much memory");
        }
        Assert.InRange(refused, Files / 4, Files);
    }

    private bool LoadAndStep(string what)
    {
        try
        {
            Model model = Model.Load(_path);
            model.Step(model.CreateState(), new float[model.Info.InputSize], new float[model.Info.OutputSize]);
            return true;
        }
        catch (ModelLoadException e)
        {
            Assert.NotEmpty(e.Faults);
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what} ended in {e.GetType().Name}", e);
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
