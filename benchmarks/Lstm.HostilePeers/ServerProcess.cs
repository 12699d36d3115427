using System.Diagnostics;
using System.Globalization;

namespace Lstm.HostilePeers;

/// <summary>What Linux tells of the server's process.</summary>
/// <param name="id">The process.</param>
internal sealed class ServerProcess(int id)
{
    // clear_refs: 5 sets the peak to what is resident now (Linux, proc_pid_clear_refs).
    private const string ResetPeak = "5";

    /// <summary>Resident memory now, in megabytes.</summary>
    public double Resident => Read("VmRSS:");

    /// <summary>The largest resident memory since <see cref="Forget"/>, in megabytes.</summary>
    public double Peak => Read("VmHWM:");

    /// <summary>Processor time so far, in seconds.</summary>
    public double ProcessorSeconds
    {
        get
        {
            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Forgets the peak.</summary>
    public void Forget() => File.WriteAllText($"/proc/{id}/clear_refs", ResetPeak);

    private double Read(string field)
    {
        string line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
