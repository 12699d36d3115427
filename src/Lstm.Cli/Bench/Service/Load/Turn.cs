namespace Lstm.Cli.Bench.Service.Load;

/// <summary>Whose turn it is on a stream: its sessions, or groups of them, one after the other, round after round. Replies come in the same order.</summary>
/// <param name="count">Sessions or groups.</param>
internal struct Turn(int count)
{
    /// <summary>The session or group.</summary>
    public int Place { get; private set; }

    /// <summary>Rounds before this one.</summary>
    public ulong Round { get; private set; }

    /// <summary>The next one.</summary>
    public void Advance()
    {
        if (++Place == count)
        {
            Place = 0;
            Round++;
        }
    }
}
