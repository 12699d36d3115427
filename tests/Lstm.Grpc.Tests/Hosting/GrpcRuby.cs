namespace Lstm.Grpc.Tests.Hosting;

/// <summary>The gem grpc, in which its own project's interoperability client and server come with credentials for both.</summary>
public sealed class GrpcRuby : IAsyncLifetime
{
    /// <summary>The program that runs <see cref="Client"/> and <see cref="Server"/>.</summary>
    public const string Interpreter = "ruby";

    /// <summary>A name that <see cref="Certificate"/> is for.</summary>
    public const string CertifiedName = "foo.test.google.fr";

    private string _sources = "";

    /// <summary>Why there is no gem; null: there is one.</summary>
    public string? MissingMeans { get; private set; }

    public string Client => Path.Combine(_sources, "pb", "test", "client.rb");

    public string Server => Path.Combine(_sources, "pb", "test", "server.rb");

    /// <summary>The server's certificate, PEM.</summary>
    public string Certificate => Path.Combine(_sources, "spec", "testdata", "server1.pem");

    /// <summary>Its private key, PEM.</summary>
    public string Key => Path.Combine(_sources, "spec", "testdata", "server1.key");

    /// <summary>The authority that it comes from, PEM.</summary>
    public string Authority => Path.Combine(_sources, "spec", "testdata", "ca.pem");

    public async Task InitializeAsync()
    {
        var (exitCode, folder) = await ProcessRun.RunAsync(
            "/bin/sh", "-c", $"{Interpreter} -r grpc -r googleauth -e 'print Gem::Specification.find_by_name(%q(grpc)).gem_dir' 2>/dev/null");
        _sources = Path.Combine(folder, "src", "ruby");
        if (exitCode != 0 || !new[] { Client, Server, Certificate, Key, Authority }.All(File.Exists))
            MissingMeans = "Ruby with the gem grpc and the interoperability programs in it is not there (Debian 12: ruby-grpc).";
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
