using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>A <see cref="MessageReader"/> that makes objects of the messages.</summary>
/// <typeparam name="T">The message.</typeparam>
internal sealed class MessageReader<T>(PipeReader pipe, Func<DeserializationContext, T> deserialize, int? maxMessageBytes, string? encoding)
    : MessageReader(pipe, maxMessageBytes, encoding)
    where T : class
{
    private T? _latest;

    /// <summary>The message that the last read found. Null: there was none.</summary>
    public T? Current => IsOver ? null : _latest;

    protected override string TypeName => typeof(T).Name;

    protected override void Parse() => _latest = deserialize(this);
}
