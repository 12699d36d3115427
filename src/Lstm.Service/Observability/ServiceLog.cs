namespace Lstm.Service.Observability;

/// <summary>Every event that the service logs. Nothing is logged per step.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(1, LogLevel.Information, "Ready: HTTP on {HttpAddresses}, gRPC on {GrpcAddresses}; {Usable} of {Found} models usable, in {Milliseconds:F0} ms.")]
    public static partial void Ready(this ILogger log, string httpAddresses, string grpcAddresses, int usable, int found, double milliseconds);

    [LoggerMessage(2, LogLevel.Information, "Stopping: streams are told SHUTTING_DOWN.")]
    public static partial void Stopping(this ILogger log);

    [LoggerMessage(10, LogLevel.Information, "Model {Model} loaded from {Path}: backend {Backend}, {InputSize} in, {OutputSize} out, {Layers} recurrent layers, {Milliseconds:F0} ms.")]
    public static partial void ModelLoaded(this ILogger log, string model, string path, string backend, int inputSize, int outputSize, int layers, double milliseconds);

    [LoggerMessage(11, LogLevel.Warning, "Model {Model} did not load from {Path}, {FaultCount} faults: {Faults}")]
    public static partial void ModelFailed(this ILogger log, string model, string path, int faultCount, string faults);

    [LoggerMessage(12, LogLevel.Warning, "There is no models folder {Path}. Create it, or name another with --models.")]
    public static partial void ModelsDirectoryMissing(this ILogger log, string path);

    [LoggerMessage(13, LogLevel.Warning, "There is no .onnx file in {Path} or its sub-folders.")]
    public static partial void ModelsDirectoryEmpty(this ILogger log, string path);

    [LoggerMessage(14, LogLevel.Information, "Model {Model} cannot be stepped; it predicts whole sequences only: {Reasons}")]
    public static partial void ModelNotStreamable(this ILogger log, string model, string reasons);

    [LoggerMessage(15, LogLevel.Information, "Model {Model}: {Note}")]
    public static partial void ModelNotInvariant(this ILogger log, string model, string note);

    [LoggerMessage(16, LogLevel.Error, "Loading model {Model} from {Path} failed unexpectedly.")]
    public static partial void ModelLoadUnforeseen(this ILogger log, Exception exception, string model, string path);

    [LoggerMessage(20, LogLevel.Information, "{Count} sessions expired: idle for {IdleTimeout}.")]
    public static partial void SessionsExpired(this ILogger log, int count, TimeSpan idleTimeout);

    [LoggerMessage(21, LogLevel.Warning, "{Count} sessions end with the process: their states are in memory only.")]
    public static partial void SessionsLost(this ILogger log, int count);

    [LoggerMessage(30, LogLevel.Error, "A request on the {Face} face failed unexpectedly: {Request}.")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string face, string request);

    [LoggerMessage(31, LogLevel.Debug, "Refused on the {Face} face: {Reason}: {Detail}")]
    public static partial void RequestRefused(this ILogger log, string face, string reason, string detail);
}
