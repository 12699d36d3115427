using Lstm.Cli;

if (args is [Lstm.Models.ModelProbe.Argument, .. var probe])
    return Lstm.Models.ModelProbe.Run(probe);
return await CommandLine.InvokeAsync(args);
