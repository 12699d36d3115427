using Lstm.Grpc.Interop;

return await CommandLine.Create().Parse(args).InvokeAsync();
