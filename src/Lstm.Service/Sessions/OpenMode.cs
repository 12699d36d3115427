namespace Lstm.Service.Sessions;

/// <summary>What opening a session may do.</summary>
internal enum OpenMode
{
    /// <summary>A new session; SESSION_EXISTS when the id is taken.</summary>
    Create,

    /// <summary>An existing one; SESSION_NOT_FOUND, or why it ended, when there is none.</summary>
    Resume,

    /// <summary>Whichever applies.</summary>
    CreateOrResume,
}
