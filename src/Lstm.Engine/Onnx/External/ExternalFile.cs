using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lstm.Engine.Onnx.External;

/// <summary>A file that was read beside a model.</summary>
/// <param name="content">Its bytes.</param>
internal sealed class ExternalFile(byte[] content)
{
    private string? _checksum;

    /// <summary>Its bytes.</summary>
    public byte[] Content => content;

    /// <summary>How many they are.</summary>
    public long Length => content.Length;

    // SHA-1 is what the format has; it finds damage, and nothing else is asked of it.
#pragma warning disable CA5350
    /// <summary>SHA-1 of its bytes, lower-case hexadecimal.</summary>
    public string Checksum => _checksum ??= Convert.ToHexStringLower(SHA1.HashData(content));
#pragma warning restore CA5350

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its real path.</param>
    /// <param name="location">How messages call it.</param>
    /// <param name="length">Its length in bytes, which is what is read.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ExternalDataException">It cannot be read, or has another length by now.</exception>
    public static ExternalFile Read(string path, string location, long length)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            byte[] content = new byte[length];
            for (int done = 0; done < content.Length;)
            {
                int read = RandomAccess.Read(handle, content.AsSpan(done), done);
                done += read > 0 ? read : throw new ExternalDataException($"the file '{location}' changed while it was read. Load the model again when it is complete.");
            }
            return new ExternalFile(content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ExternalDataException($"the file '{location}' cannot be read: {e.Message}");
        }
    }
}
