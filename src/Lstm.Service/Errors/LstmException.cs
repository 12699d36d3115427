using System.Collections.Immutable;

namespace Lstm.Service.Errors;

/// <summary>A fault to tell the caller. Nothing was changed by the request that met it.</summary>
internal sealed class LstmException : Exception
{
    /// <summary>A fault with its facts.</summary>
    /// <param name="code">Which fault.</param>
    /// <param name="message">Expected, found, where, what to do.</param>
    /// <param name="metadata">The numbers and names of the message, for programs.</param>
    public LstmException(ErrorCode code, string message, params ReadOnlySpan<(string Key, string Value)> metadata)
        : base(message)
    {
        Code = code;
        Metadata = [.. metadata];
    }

    /// <summary>Which fault.</summary>
    public ErrorCode Code { get; }

    /// <summary>The facts of the message, each under a key of its own. A list: thousands of faults may be made for one message.</summary>
    public ImmutableArray<(string Key, string Value)> Metadata { get; }

    /// <summary>How the fault looks on every face.</summary>
    public ErrorEntry Entry => ErrorMap.Get(Code);
}
