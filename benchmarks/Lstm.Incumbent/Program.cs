using System.Net;
using System.Text.Json;
using Lstm.Incumbent;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Lstm.Incumbent --models FOLDER --grpc-port N --ready-file F: as the service is started, without HTTP (--http-port has to be 0).
var builder = WebApplication.CreateSlimBuilder(args);
string folder = builder.Configuration["models"] ?? throw new ArgumentException("Expected --models FOLDER.");
string readyFile = builder.Configuration["ready-file"] ?? throw new ArgumentException("Expected --ready-file FILE.");
int port = builder.Configuration.GetValue<int>("grpc-port");
if (builder.Configuration.GetValue<int>("http-port") != 0)
    throw new ArgumentException("The incumbent has no HTTP face: expected --http-port 0.");

builder.Logging.SetMinimumLevel(LogLevel.Warning);
ListenOptions? endpoint = null;
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000; // As the service: its limit is not what is to be compared.
    kestrel.Listen(IPAddress.Loopback, port, listen => (endpoint, listen.Protocols) = (listen, HttpProtocols.Http2));
});
builder.Services.AddGrpc(static grpc => grpc.MaxSendMessageSize = null);
try
{
    builder.Services.AddSingleton(new Models(folder)).AddSingleton<SessionTable>();
}
catch (NotSupportedException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

await using WebApplication app = builder.Build();
app.MapGrpcService<InferenceService>();
await app.StartAsync();
int bound = (endpoint?.EndPoint as IPEndPoint)?.Port ?? port;
var facts = new Dictionary<string, int> { ["http_port"] = bound, ["grpc_port"] = bound, ["pid"] = Environment.ProcessId };
await File.WriteAllTextAsync(readyFile + ".tmp", JsonSerializer.Serialize(facts));
File.Move(readyFile + ".tmp", readyFile, overwrite: true);
await app.WaitForShutdownAsync();
return 0;
