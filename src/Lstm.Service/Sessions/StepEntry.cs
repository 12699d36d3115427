using Lstm.Service.Errors;

namespace Lstm.Service.Sessions;

/// <summary>The steps of one session in a <see cref="StepGroup"/>: what was asked, what came of it.</summary>
internal struct StepEntry
{
    private static readonly LstmException HandleNotOpen = Throw.HandleNotOpen(0);

    /// <summary>The session; null when there is none, and <see cref="Fault"/> says why.</summary>
    public Session? Session;

    /// <summary>What the caller calls the session, if it uses numbers.</summary>
    public uint Handle;

    /// <summary>Number of the first step; 0: the next one.</summary>
    public ulong Step;

    /// <summary>Steps in the message; 0 means 1.</summary>
    public uint AskedCount;

    /// <summary>Where x begins in the group's values.</summary>
    public int X;

    /// <summary>Values of x.</summary>
    public int XLength;

    /// <summary>Whether the rows of x have their whole numbers exactly ([count, input_words]); otherwise they have them as floats ([count, input_size]).</summary>
    public bool IsExact;

    /// <summary>Also give h and c after the last step.</summary>
    public bool WantState;

    /// <summary>Also give the gates of the last step.</summary>
    public bool WantGates;

    /// <summary>Out: why nothing was stepped; the state is as before.</summary>
    public Exception? Fault;

    /// <summary>Whether its handle is not open. One message may have thousands of these, so that none has an exception of its own.</summary>
    public readonly bool IsHandleNotOpen => Fault == HandleNotOpen;

    /// <summary>Its fault as it is told to the caller.</summary>
    public readonly LstmException Told => IsHandleNotOpen ? Throw.HandleNotOpen(Handle) : (LstmException)Fault!; // not null: asked of faults only

    /// <summary>Out: number of the first step.</summary>
    public ulong DoneStep;

    /// <summary>Out: steps done.</summary>
    public int Count;

    /// <summary>Out: the steps had been done before.</summary>
    public bool Replayed;

    /// <summary>Out: where y begins in the group's outputs.</summary>
    public int Y;

    /// <summary>Out: where the state begins, when wanted.</summary>
    public int State;

    /// <summary>Out: where the gates begin, when wanted.</summary>
    public int Gates;

    /// <summary>The session is held.</summary>
    public bool Entered;

    /// <summary>The session was busy; its turn comes after the others.</summary>
    public bool Waits;

    /// <summary>Its number in the model's job; -1: nothing to run.</summary>
    public int Job;

    /// <summary>A step under a handle that is not open.</summary>
    /// <param name="handle">The handle.</param>
    /// <param name="step">The step's number, or 0.</param>
    /// <returns>With its fault.</returns>
    public static StepEntry NotOpen(uint handle, ulong step) => new() { Handle = handle, Step = step, Fault = HandleNotOpen };
}
