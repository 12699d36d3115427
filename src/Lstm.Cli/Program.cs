using Lstm.Cli;

return await CommandLine.InvokeAsync(args);
