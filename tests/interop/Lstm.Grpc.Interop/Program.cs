using System.CommandLine;
using Lstm.Grpc.Interop;

// The host of the server listens to the signals itself.
return await CommandLine.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
