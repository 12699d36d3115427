using Lstm.Service;

return await ServiceHost.RunAsync(args);
