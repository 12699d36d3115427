namespace Lstm.Grpc.Tests.Hosting;

/// <summary>A file that goes when the test ends.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(Path);
}
