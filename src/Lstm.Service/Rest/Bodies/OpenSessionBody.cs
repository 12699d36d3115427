using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest.Bodies;

/// <summary>Opens a session.</summary>
internal sealed record OpenSessionBody
{
    /// <summary>1 to 128 of A-Z a-z 0-9 . _ - ~; without it the server makes one.</summary>
    public string? SessionId { get; init; }

    /// <summary>The model to run; needed to create, may be left out to resume.</summary>
    public string? Model { get; init; }

    /// <summary>create (the default), resume or create_or_resume.</summary>
    public string? Mode { get; init; }

    /// <summary>What the model is given once (session_inputs of the model), by name: a number, or a list, nested as its shape is.</summary>
    public SessionInputList? Inputs { get; init; }
}
