using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Writes the answers of a stream: outputs straight from where the model put them, byte for byte what the generated messages would be.</summary>
internal static class StreamAnswerWriter
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int TagLength = 1;

    /// <summary>Writes an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="context">Where to.</param>
    public static void Write(StreamAnswer answer, SerializationContext context)
    {
        context.SetPayloadLength(answer.Length);
        var buffer = context.GetBufferWriter();
        if (answer.Message is { } message)
        {
            message.WriteTo(buffer);
        }
        else
        {
            var output = new ProtoOutput(buffer);
            if (answer.Only >= 0)
                WriteStep(ref output, answer);
            else
                WriteBatch(ref output, answer);
            output.Flush();
        }

        context.Complete();
    }

    /// <summary>Bytes of an integer.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>1 to 10.</returns>
    public static int MeasureVarint(ulong value) => 1 + (BitOperations.Log2(value | 1) / 7);

    /// <summary>Bytes of a field that has a length; an empty one is left out.</summary>
    /// <param name="length">Bytes of its content.</param>
    /// <returns>With tag and length.</returns>
    public static int MeasureBytes(int length) => length == 0 ? 0 : TagLength + MeasureVarint((uint)length) + length;

    /// <summary>Bytes of an integer field; 0 is left out.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>With its tag.</returns>
    public static int MeasureInteger(ulong value) => value == 0 ? 0 : TagLength + MeasureVarint(value);

    /// <summary>Bytes of a result without state and gates.</summary>
    /// <param name="entry">The step.</param>
    /// <param name="outputs">Bytes of its outputs.</param>
    /// <returns>Without tag and length.</returns>
    public static int MeasureResult(in StepEntry entry, int outputs) =>
        MeasureInteger(entry.DoneStep) + MeasureInteger((uint)entry.Count) + MeasureBytes(outputs) + MeasureInteger(entry.Replayed ? 1u : 0);

    private static void WriteStep(ref ProtoOutput output, StreamAnswer answer)
    {
        ref readonly var entry = ref answer.Steps[answer.Only];
        WriteInteger(ref output, StreamReply.HandleFieldNumber, entry.Handle);
        WriteLength(ref output, StreamReply.ResultFieldNumber, answer.InnerLength);
        WriteInteger(ref output, StepResult.StepFieldNumber, entry.DoneStep);
        WriteInteger(ref output, StepResult.CountFieldNumber, (uint)entry.Count);
        if (answer.OutputsLength > 0)
        {
            WriteLength(ref output, StepResult.YFieldNumber, answer.OutputsLength);
            output.WriteBytes(MemoryMarshal.AsBytes(answer.Steps.Y(answer.Only).Span));
        }

        WriteInteger(ref output, StepResult.ReplayedFieldNumber, entry.Replayed ? 1u : 0);
    }

    private static void WriteBatch(ref ProtoOutput output, StreamAnswer answer)
    {
        var steps = answer.Steps;
        WriteLength(ref output, StreamReply.BatchFieldNumber, answer.InnerLength);
        WriteLength(ref output, BatchResult.HandlesFieldNumber, answer.HandlesLength);
        for (int n = 0; n < steps.Count; n++)
            output.WriteVarint(steps[n].Handle);
        WriteLength(ref output, BatchResult.StepsFieldNumber, answer.NumbersLength);
        for (int n = 0; n < steps.Count; n++)
            output.WriteVarint(steps[n].DoneStep);
        if (answer.OutputsLength == 0)
            return;
        WriteLength(ref output, BatchResult.YFieldNumber, answer.OutputsLength);
        for (int n = 0; n < steps.Count; n++)
            output.WriteBytes(MemoryMarshal.AsBytes(steps.Y(n).Span));
    }

    private static void WriteInteger(ref ProtoOutput output, int field, ulong value)
    {
        if (value == 0)
            return;
        output.WriteVarint((uint)(field << 3) | Varint);
        output.WriteVarint(value);
    }

    private static void WriteLength(ref ProtoOutput output, int field, int length)
    {
        output.WriteVarint((uint)(field << 3) | LengthDelimited);
        output.WriteVarint((uint)length);
    }
}
