using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest.Bodies;

/// <summary>One sequence.</summary>
internal sealed record SequenceBody
{
    /// <summary>[[input_size], …], one list a timestep; or all of it in one flat list, [T · input_size].</summary>
    public StepInput? X { get; init; }

    /// <summary>Whole numbers and booleans, exactly: the values of the integer inputs, in the form of x, which has the values of the other inputs only then. Numbers, or texts beyond 2^53.</summary>
    public JsonIntegers? XIntegers { get; init; }

    /// <summary>Where it starts: every piece of the model's state; left out: what the model starts from.</summary>
    public StatePieceBody[]? State { get; init; }

    /// <summary>What the model is given once, as when a session is opened; may be among the pieces of the state instead.</summary>
    public SessionInputList? Inputs { get; init; }
}
