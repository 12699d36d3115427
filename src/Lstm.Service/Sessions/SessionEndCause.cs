namespace Lstm.Service.Sessions;

/// <summary>Why a session ended.</summary>
internal enum SessionEndCause
{
    /// <summary>A client closed it.</summary>
    Closed,

    /// <summary>It was idle too long.</summary>
    Expired,
}
