namespace Lstm.Grpc.Tests.Web;

/// <summary>Every version of HTTP with each form of gRPC-Web.</summary>
internal sealed class WebTransports : TheoryData<string, string>
{
    public WebTransports()
    {
        foreach (string version in new[] { "1.1", "2.0" })
        {
            Add(version, WebProbe.Binary);
            Add(version, WebProbe.Text);
        }
    }
}
