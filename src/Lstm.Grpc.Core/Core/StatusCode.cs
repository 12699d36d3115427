namespace Grpc.Core;

/// <summary>How a call ended. The numbers are those of the wire (grpc/grpc doc/statuscodes.md).</summary>
public enum StatusCode
{
    /// <summary>The call succeeded.</summary>
    OK = 0,

    /// <summary>The caller cancelled.</summary>
    Cancelled = 1,

    /// <summary>A fault without a better code, for instance an exception that the handler did not map.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the state of the server is.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call ended.</summary>
    DeadlineExceeded = 4,

    /// <summary>The thing asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>The thing to create exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known but may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit is reached: memory, quota or the size of a message.</summary>
    ResourceExhausted = 8,

    /// <summary>The server is not in the state that the request needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The operation was given up, typically by a conflict; a retry at a higher level may help.</summary>
    Aborted = 10,

    /// <summary>Past the valid range, for instance reading behind the end.</summary>
    OutOfRange = 11,

    /// <summary>The server has no such method.</summary>
    Unimplemented = 12,

    /// <summary>A broken invariant: malformed frames, messages that do not parse.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached now; a retry with back-off may help.</summary>
    Unavailable = 14,

    /// <summary>Data was lost or is corrupt beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known: credentials are missing or invalid.</summary>
    Unauthenticated = 16,
}
