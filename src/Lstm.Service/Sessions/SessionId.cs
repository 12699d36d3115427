using System.Buffers;
using System.Security.Cryptography;
using Lstm.Service.Errors;

namespace Lstm.Service.Sessions;

/// <summary>What a session may be called: 1 to 128 of the characters that a URL carries unescaped.</summary>
internal static class SessionId
{
    /// <summary>Characters of the longest id.</summary>
    public const int MaxLength = 128;

    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-~");

    /// <summary>Refuses what is not a session id.</summary>
    /// <param name="id">As the caller sent it.</param>
    /// <exception cref="LstmException">INVALID_SESSION_ID.</exception>
    public static void Check(string id)
    {
        if (!IsValid(id))
            Throw.InvalidSessionId(id);
    }

    /// <summary>Whether a text is a session id.</summary>
    /// <param name="id">Any text.</param>
    /// <returns>True when it is.</returns>
    public static bool IsValid(string id) => id.Length is > 0 and <= MaxLength && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>A new id that nobody can guess (100 random bits).</summary>
    /// <returns>"s-" and 20 letters and digits.</returns>
    public static string Create() => $"s-{RandomNumberGenerator.GetString(Alphabet, 20)}";
}
