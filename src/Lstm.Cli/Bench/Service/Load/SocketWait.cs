using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>Waits for a socket for less than a millisecond, which .NET's own Poll cannot: it would round down to nothing, and spin.</summary>
internal static class SocketWait
{
    private const short PollIn = 1;
    private const int SetTimerSlack = 29;
    private const long TimerSlackNanoseconds = 1000;

    /// <summary>Lets the waits of this thread end within microseconds of their time; Linux allows itself 50 otherwise.</summary>
    public static void BePunctual()
    {
        if (OperatingSystem.IsLinux())
            _ = SetThreadOption(SetTimerSlack, TimerSlackNanoseconds, 0, 0, 0); // Should it fail, the delay is measured and printed.
    }

    /// <summary>Waits until there is something to receive.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="nanoseconds">How long at most.</param>
    /// <returns>False: it took too long.</returns>
    public static bool ForData(Socket socket, long nanoseconds)
    {
        if (!OperatingSystem.IsLinux())
            return socket.Poll((int)Math.Clamp(nanoseconds / 1000, 0, int.MaxValue), SelectMode.SelectRead);
        var wanted = new PollEntry { Descriptor = (int)socket.Handle, Events = PollIn };
        var time = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        return Poll(ref wanted, 1, ref time, 0) != 0; // An error shows when receiving.
    }

    [DllImport("libc", EntryPoint = "ppoll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollEntry entries, nuint count, ref TimeSpec time, nint signals);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetThreadOption(int option, long value, long unused1, long unused2, long unused3);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
