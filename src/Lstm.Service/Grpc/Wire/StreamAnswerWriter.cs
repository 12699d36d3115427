using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Writes the answers of a stream: outputs straight from where the model put them, byte for byte what the generated messages would be.</summary>
internal static class StreamAnswerWriter
{
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

    private static void WriteStep(ref ProtoOutput output, StreamAnswer answer)
    {
        ref readonly var entry = ref answer.Steps[answer.Only];
        output.WriteInteger(StreamReply.HandleFieldNumber, entry.Handle);
        if (entry.Fault is not null)
        {
            output.WriteLength(StreamReply.ErrorFieldNumber, answer.InnerLength);
            FaultWriter.Write(ref output, entry);
            return;
        }

        output.WriteLength(StreamReply.ResultFieldNumber, answer.InnerLength);
        output.WriteInteger(StepResult.StepFieldNumber, entry.DoneStep);
        output.WriteInteger(StepResult.CountFieldNumber, (uint)entry.Count);
        if (answer.OutputsLength > 0)
        {
            output.WriteLength(StepResult.YFieldNumber, answer.OutputsLength);
            WriteOutputs(ref output, answer.Steps, answer.Only);
        }

        output.WriteInteger(StepResult.ReplayedFieldNumber, entry.Replayed ? 1u : 0);
        if (answer.IntegersLength == 0)
            return;
        output.WriteLength(StepResult.YIntegersFieldNumber, answer.IntegersLength);
        WriteIntegers(ref output, answer.Steps, answer.Only);
    }

    private static void WriteBatch(ref ProtoOutput output, StreamAnswer answer)
    {
        output.WriteLength(StreamReply.BatchFieldNumber, answer.InnerLength);
        if (answer.HandlesLength > 0)
            WriteResults(ref output, answer);
        if (answer.FaultsLength > 0)
            WriteFaults(ref output, answer.Steps);
        if (answer.IntegersLength == 0)
            return;
        output.WriteLength(BatchResult.YIntegersFieldNumber, answer.IntegersLength);
        for (int n = 0; n < answer.Steps.Count; n++)
        {
            if (answer.Steps[n].Fault is null)
                WriteIntegers(ref output, answer.Steps, n);
        }
    }

    // Behind the floats of a row may be its whole numbers, which go into a field of their own.
    private static void WriteOutputs(ref ProtoOutput output, StepGroup steps, int n)
    {
        var rows = steps.Y(n).Span;
        int size = steps.Model!.OutputSize; // not null: the step was done
        if (size == steps.OutputWords)
        {
            output.WriteBytes(MemoryMarshal.AsBytes(rows));
            return;
        }

        for (; rows.Length > 0; rows = rows[steps.OutputWords..])
            output.WriteBytes(MemoryMarshal.AsBytes(rows[..size]));
    }

    private static void WriteIntegers(ref ProtoOutput output, StepGroup steps, int n)
    {
        var places = steps.Model!.OutputIntegers; // not null: the step was done
        for (var rows = steps.Y(n).Span; rows.Length > 0; rows = rows[steps.OutputWords..])
        {
            for (int i = 0; i < places.Count; i++)
                output.WriteVarint((ulong)places.Read(rows, i));
        }
    }

    private static void WriteResults(ref ProtoOutput output, StreamAnswer answer)
    {
        var steps = answer.Steps;
        output.WriteLength(BatchResult.HandlesFieldNumber, answer.HandlesLength);
        for (int n = 0; n < steps.Count; n++)
        {
            if (steps[n].Fault is null)
                output.WriteVarint(steps[n].Handle);
        }

        output.WriteLength(BatchResult.StepsFieldNumber, answer.NumbersLength);
        for (int n = 0; n < steps.Count; n++)
        {
            if (steps[n].Fault is null)
                output.WriteVarint(steps[n].DoneStep);
        }

        if (answer.OutputsLength > 0)
            output.WriteLength(BatchResult.YFieldNumber, answer.OutputsLength);
        for (int n = 0; n < steps.Count; n++)
        {
            if (steps[n].Fault is null)
                WriteOutputs(ref output, steps, n);
        }

        if (answer.ReplayedLength == 0)
            return;
        output.WriteLength(BatchResult.ReplayedFieldNumber, answer.ReplayedLength);
        for (int n = 0; n < steps.Count; n++)
        {
            if (steps[n] is { Fault: null, Replayed: true })
                output.WriteVarint(steps[n].Handle);
        }
    }

    private static void WriteFaults(ref ProtoOutput output, StepGroup steps)
    {
        for (int n = 0; n < steps.Count; n++)
        {
            ref readonly var entry = ref steps[n];
            if (entry.Fault is null)
                continue;
            int length = FaultWriter.Measure(entry);
            output.WriteLength(BatchResult.FaultsFieldNumber, ProtoSize.OfInteger(entry.Handle) + ProtoSize.OfBytes(length));
            output.WriteInteger(BatchFault.HandleFieldNumber, entry.Handle);
            output.WriteLength(BatchFault.ErrorFieldNumber, length);
            FaultWriter.Write(ref output, entry);
        }
    }
}
