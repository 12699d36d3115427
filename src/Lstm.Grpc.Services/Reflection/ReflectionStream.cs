using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using static Grpc.Reflection.V1.ServerReflectionRequest;

namespace Grpc.Reflection;

/// <summary>Answers the requests of one stream (grpc/grpc doc/server-reflection.md). What cannot be answered is an error in its place, and the stream goes on.</summary>
internal sealed class ReflectionStream(IEnumerable<string> services, SymbolRegistry symbols)
{
    private readonly HashSet<FileDescriptor> _sent = [];
    private string _host = "";

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The answer, for the host that the request names.</returns>
    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        // What was sent counts for one host. Only the last is kept: clients choose the names.
        if (request.Host != _host)
            _sent.Clear();
        _host = request.Host;

        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new() { Service = { services.Select(name => new ServiceResponse { Name = name }) } };
                break;
            case MessageRequestOneofCase.FileByFilename:
                Put(response, symbols.FileByName(request.FileByFilename), $"There is no file '{request.FileByFilename}'.");
                break;
            case MessageRequestOneofCase.FileContainingSymbol:
                Put(response, symbols.FileContainingSymbol(request.FileContainingSymbol), $"No file declares '{request.FileContainingSymbol}'.");
                break;
            case MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                Put(
                    response, symbols.FileContainingExtension(extension.ContainingType, extension.ExtensionNumber),
                    $"No file declares extension {extension.ExtensionNumber} of '{extension.ContainingType}'.");
                break;
            case MessageRequestOneofCase.AllExtensionNumbersOfType:
                string type = request.AllExtensionNumbersOfType;
                if (symbols.ExtensionNumbers(type) is { } numbers)
                    response.AllExtensionNumbersResponse = new() { BaseTypeName = type, ExtensionNumber = { numbers } };
                else
                    Refuse(response, StatusCode.NotFound, $"There is no message '{type}'.");
                break;
            default:
                Refuse(response, StatusCode.InvalidArgument, "The request asks for nothing that is known here.");
                break;
        }
        return response;
    }

    private void Put(ServerReflectionResponse response, FileDescriptor? file, string otherwise)
    {
        if (file is null)
        {
            Refuse(response, StatusCode.NotFound, otherwise);
            return;
        }
        response.FileDescriptorResponse = new() { FileDescriptorProto = { file.SerializedData } };
        _sent.Add(file);
        AddImports(response.FileDescriptorResponse, file);
    }

    // A file never goes out without its imports, so below one that was sent there is nothing to do.
    private void AddImports(FileDescriptorResponse files, FileDescriptor file)
    {
        foreach (var import in file.Dependencies)
        {
            if (!_sent.Add(import))
                continue;
            files.FileDescriptorProto.Add(import.SerializedData);
            AddImports(files, import);
        }
    }

    private static void Refuse(ServerReflectionResponse response, StatusCode code, string message) =>
        response.ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = message };
}
