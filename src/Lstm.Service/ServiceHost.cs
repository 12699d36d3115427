using System.Diagnostics.CodeAnalysis;
using Lstm.Models;
using Lstm.Service.Errors;
using Lstm.Service.Grpc;
using Lstm.Service.Hosting;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Predictions;
using Lstm.Service.Rest;
using Lstm.Service.Sessions;

namespace Lstm.Service;

/// <summary>Puts the service together.</summary>
public static class ServiceHost
{
    /// <summary>Runs the service, or one of its small commands, until it is told to stop.</summary>
    /// <param name="args">The command line; --help lists it.</param>
    /// <returns>The exit code: 0 after an orderly stop, 1 when it could not start.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (args is ["--help" or "-h", ..])
            {
                Console.WriteLine(CommandLine.Help);
                return 0;
            }

            if (args is ["--health-check", .. var rest])
                return await HealthCheckCommand.RunAsync(HealthUrl(rest));
            if (args is [ModelProbe.Argument, .. var probe])
                return ModelProbe.Run(probe);
            await using var app = Build(args);
            try
            {
                await app.RunAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // It was told to stop while it was starting.
            }
            return 0;
        }
        catch (Exception e) when (e is OptionsException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"Cannot start: {e.Message}");
            return 1;
        }
    }

    /// <summary>Composes the service without starting it.</summary>
    /// <param name="args">The command line; --help lists it.</param>
    /// <returns>The service; start it with StartAsync or RunAsync.</returns>
    /// <exception cref="OptionsException">An option is unknown or wrong; all of them are listed.</exception>
    public static WebApplication Build(string[] args) => Build(args, null);

    /// <summary>As <see cref="Build(string[])"/>, with changes for tests.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="change">Runs last, before the service is built.</param>
    /// <returns>The service.</returns>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The container owns what is created here.")]
    internal static WebApplication Build(string[] args, Action<WebApplicationBuilder>? change)
    {
        // Empty: nothing comes from ASPNETCORE_URLS and the like, which base images set; every setting is one of ours.
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "Lstm.Service", ContentRootPath = AppContext.BaseDirectory });
        AddConfiguration(builder.Configuration, args);
        var options = OptionSections.Read(builder.Configuration);
        AddLogging(builder.Logging, builder.Configuration, options.Logging);

        var endpoints = new Endpoints(options.Server);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(endpoints.Configure);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Server.ShutdownTimeout);
        builder.Services.AddSingleton(options.Server).AddSingleton(options.Models).AddSingleton(options.Sessions);
        builder.Services.AddSingleton(options.Tenants).AddSingleton(options.Predict).AddSingleton(options.Grpc);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(endpoints).AddSingleton<Readiness>();
        builder.Services.AddSingleton<LstmMeter>().AddSingleton<PrometheusExporter>().AddSingleton<Telemetry>();
        var loading = new ModelLoaderOptions
        {
            AllowBatching = options.Models.AllowBatching == ModelsOptions.All,
            MaxRunTime = options.Models.MaxRunTime,
            Limits = new() { MaxTime = options.Models.MaxLoadTime, MaxMemoryBytes = options.Models.MaxLoadMemoryBytes },
            Probe = ModelProbe.Of(typeof(ServiceHost).Assembly),
        };
        builder.Services.AddSingleton<Func<string, CancellationToken, Engine.Model>>((path, stopping) => ModelLoader.Load(path, loading, stopping));
        builder.Services.AddSingleton<ModelCatalog>().AddSingleton<SessionRegistry>().AddSingleton<Predictor>().AddSingleton<TenantHeader>();
        builder.Services.AddHostedService<StartReport>().AddHostedService<SessionSweeper>();
        builder.Services.AddRouting().AddLstmRest().AddLstmGrpc(options.Grpc);
        change?.Invoke(builder);

        var app = builder.Build();
        app.Services.GetRequiredService<Telemetry>(); // Listens from the first measurement on.
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<PartialMessageMiddleware>();
        app.UseMiddleware<UnreadReplyMiddleware>(); // Before gRPC-Web, whose trailers are bytes of the reply.
        app.UseRouting();
        app.UseLstmGrpcWeb(options.Grpc);
        app.UseMiddleware<MessageSizeMiddleware>(); // After gRPC-Web, so that it adds to trailers before they are written.
        app.MapLstmRest();
        app.MapLstmGrpc();
        return app;
    }

    private static void AddConfiguration(ConfigurationManager configuration, string[] args)
    {
        var commandLine = CommandLine.Parse(args);
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
        if (Path.GetFullPath(AppContext.BaseDirectory) != Path.GetFullPath($"{Environment.CurrentDirectory}/"))
            configuration.AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true);
        configuration.AddEnvironmentVariables().AddInMemoryCollection(commandLine);
    }

    private static void AddLogging(ILoggingBuilder logging, ConfigurationManager configuration, LoggingOptions options)
    {
        // The gRPC layer notes every refused call; we count refusals, and log them at Debug.
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter(typeof(InferenceService).FullName, LogLevel.Warning).AddConfiguration(configuration.GetSection("Logging"));
        if (options.Format == "json")
            logging.AddConsole(c => c.FormatterName = JsonLineFormatter.FormatterName).AddConsoleFormatter<JsonLineFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>();
        else
            logging.AddSimpleConsole(c => (c.SingleLine, c.TimestampFormat) = (true, "HH:mm:ss.fff "));
        Telemetry.AddLogs(logging, configuration);
    }

    private static Uri HealthUrl(string[] args)
    {
        if (args is [var url])
            return Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : throw new OptionsException([$"'{url}' is not a URL."]);
        var configuration = new ConfigurationManager();
        AddConfiguration(configuration, args);
        var server = OptionSections.Read(configuration).Server;
        string host = server.Address == "*" ? "localhost" : server.Address;
        return new UriBuilder("http", host, server.HttpPort, "/healthz/ready").Uri;
    }
}
