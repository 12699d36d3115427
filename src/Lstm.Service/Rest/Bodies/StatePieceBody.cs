using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A piece of the state that a sequence starts from.</summary>
internal sealed record StatePieceBody
{
    /// <summary>layer0.h, layer1.c, …</summary>
    public string? Name { get; init; }

    /// <summary>Its shape; checked when it is there.</summary>
    public long[]? Shape { get; init; }

    /// <summary>Its values, row-major.</summary>
    public float[]? Values { get; init; }

    /// <summary>Instead of values: those of a piece of whole numbers or booleans, as numbers, or as texts beyond 2^53.</summary>
    public JsonIntegers? Integers { get; init; }
}
