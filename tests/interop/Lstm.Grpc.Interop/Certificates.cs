using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lstm.Grpc.Interop;

/// <summary>Where a server's certificate comes from.</summary>
internal static class Certificates
{
    /// <summary>Makes a certificate for localhost and 127.0.0.1 that is its own authority; good for a day.</summary>
    public static X509Certificate2 CreateSelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Reads a certificate and, for a server, its key.</summary>
    public static X509Certificate2 Load(string certificatePath, string? keyPath) => keyPath is null
        ? X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath))
        : X509Certificate2.CreateFromPemFile(certificatePath, keyPath);

    /// <summary>The private key of a certificate that <see cref="CreateSelfSigned"/> made.</summary>
    public static string ExportKeyPem(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("The certificate has no ECDSA key.", nameof(certificate));
        return key.ExportPkcs8PrivateKeyPem();
    }
}
