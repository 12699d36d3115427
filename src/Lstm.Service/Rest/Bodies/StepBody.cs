using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest.Bodies;

/// <summary>One step, or several that are committed together.</summary>
internal sealed record StepBody
{
    /// <summary>[input_size] for one step; [[input_size], …] for several.</summary>
    public StepInput? X { get; init; }

    /// <summary>Whole numbers and booleans, exactly: the values of the integer inputs, in the form of x, which has the values of the other inputs only then. Numbers, or texts beyond 2^53.</summary>
    public JsonIntegers? XIntegers { get; init; }

    /// <summary>Number of the first step, from 1; 0 or left out: the next one, unnumbered. A numbered step can be sent again safely.</summary>
    public ulong Step { get; init; }

    /// <summary>"state": also h and c after the last step. "gates": also the gates of the last step.</summary>
    public string[]? Want { get; init; }
}
