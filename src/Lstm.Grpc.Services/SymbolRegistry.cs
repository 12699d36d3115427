using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>Finds .proto files by their names and by what they declare.</summary>
public class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly HashSet<string> _messages = new(StringComparer.Ordinal);

    // The extensions of a message, by their numbers.
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    private SymbolRegistry()
    {
    }

    /// <summary>Reads files and everything that they import.</summary>
    /// <param name="fileDescriptors">The files.</param>
    /// <returns>The registry.</returns>
    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> fileDescriptors)
    {
        ArgumentNullException.ThrowIfNull(fileDescriptors);
        var registry = new SymbolRegistry();
        foreach (var file in fileDescriptors)
            registry.Add(file);
        return registry;
    }

    /// <summary>Finds a file by its name.</summary>
    /// <param name="filename">The name as imports write it: "google/protobuf/any.proto".</param>
    /// <returns>The file; null: unknown.</returns>
    public FileDescriptor? FileByName(string filename) => _files.GetValueOrDefault(filename);

    /// <summary>Finds the file that declares a service, method, message, field, oneof, enum, enum value or extension.</summary>
    /// <param name="symbol">The full name, without a leading dot.</param>
    /// <returns>The file; null: unknown.</returns>
    public FileDescriptor? FileContainingSymbol(string symbol) => _symbols.GetValueOrDefault(symbol);

    /// <summary>Finds the file that declares an extension.</summary>
    /// <param name="message">The full name of the extended message.</param>
    /// <param name="number">The extension's number.</param>
    /// <returns>The file; null: unknown.</returns>
    internal FileDescriptor? FileContainingExtension(string message, int number) => _extensions.GetValueOrDefault(message)?.GetValueOrDefault(number);

    /// <summary>The numbers of all extensions of a message, ascending.</summary>
    /// <param name="message">The full name of the message.</param>
    /// <returns>The numbers; null: no such message.</returns>
    internal IEnumerable<int>? ExtensionNumbers(string message) =>
        _extensions.TryGetValue(message, out var extensions) ? extensions.Keys : _messages.Contains(message) ? [] : null;

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
            return;
        foreach (var import in file.Dependencies)
            Add(import);
        foreach (var service in file.Services)
        {
            Add(service);
            AddAll(service.Methods);
        }
        foreach (var message in file.MessageTypes)
            Add(message);
        foreach (var type in file.EnumTypes)
            Add(type);
        Add(file.Extensions);
    }

    private void Add(MessageDescriptor message)
    {
        Add((IDescriptor)message);
        _messages.Add(message.FullName);
        AddAll(message.Fields.InDeclarationOrder());
        AddAll(message.Oneofs);
        foreach (var nested in message.NestedTypes)
            Add(nested);
        foreach (var type in message.EnumTypes)
            Add(type);
        Add(message.Extensions);
    }

    private void Add(EnumDescriptor type)
    {
        Add((IDescriptor)type);
        // In .proto files the values of an enum are named beside it; in C# descriptors below it.
        string scope = type.FullName[..^type.Name.Length];
        foreach (var value in type.Values)
            _symbols[scope + value.Name] = type.File;
    }

    private void Add(ExtensionCollection extensions)
    {
        foreach (var extension in extensions.UnorderedExtensions)
        {
            Add(extension);
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var known))
                _extensions.Add(extension.ExtendeeType.FullName, known = []);
            known[extension.FieldNumber] = extension.File;
        }
    }

    private void AddAll(IEnumerable<IDescriptor> symbols)
    {
        foreach (var symbol in symbols)
            Add(symbol);
    }

    private void Add(IDescriptor symbol) => _symbols[symbol.FullName] = symbol.File;
}
