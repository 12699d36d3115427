using System.Net;
using System.Text.Json;
using Lstm.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Lstm.Transport --grpc-port N --ready-file F: as the service is started, without HTTP (--http-port has to be 0).
var builder = WebApplication.CreateSlimBuilder(args);
string readyFile = builder.Configuration["ready-file"] ?? throw new ArgumentException("Expected --ready-file FILE.");
int port = builder.Configuration.GetValue<int>("grpc-port");
if (builder.Configuration.GetValue<int>("http-port") != 0)
    throw new ArgumentException("This server has no HTTP face: expected --http-port 0.");

builder.Logging.ClearProviders(); // With a logger ASP.NET Core makes an activity and a scope for every request, whatever the transport.
ListenOptions? endpoint = null;
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    // The layer lifts these for its streams; a bare endpoint has them lifted here.
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
    kestrel.Listen(IPAddress.Loopback, port, listen => (endpoint, listen.Protocols) = (listen, HttpProtocols.Http2));
});
builder.Services.AddGrpc();
builder.Services.AddSingleton<LayerService>().AddSingleton<LayerByHandService>();

await using WebApplication app = builder.Build();
app.MapGrpcService<LayerService>();
app.MapGrpcService<LayerByHandService>();
app.MapGrpcService<CountersService>();
RawEndpoint.Map(app, "lstm.transport.RawGenerated", RawAnswers.Generated);
RawEndpoint.Map(app, "lstm.transport.RawByHand", RawAnswers.ByHand);
await app.StartAsync();
int bound = (endpoint?.EndPoint as IPEndPoint)?.Port ?? port;
var facts = new Dictionary<string, int> { ["http_port"] = bound, ["grpc_port"] = bound, ["pid"] = Environment.ProcessId };
await File.WriteAllTextAsync(readyFile + ".tmp", JsonSerializer.Serialize(facts));
File.Move(readyFile + ".tmp", readyFile, overwrite: true);
await app.WaitForShutdownAsync();
