using Lstm.Service.Errors;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Writes faults in band as lstm.v1.Error, byte for byte what the generated message would be.</summary>
internal static class FaultWriter
{
    // What the protocol calls an entry of a map: key = 1, value = 2.
    private const int Key = 1;
    private const int Value = 2;

    /// <summary>Bytes of a step's error.</summary>
    /// <param name="entry">The step; it has a fault, which can be told.</param>
    /// <returns>Without tag and length.</returns>
    public static int Measure(in StepEntry entry) =>
        (entry.IsHandleNotOpen ? HandleNotOpenWriter.Measure(entry.Handle) : Measure(entry.Told)) + ProtoSize.OfInteger(entry.Step);

    /// <summary>Writes a step's error.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="entry">The step.</param>
    public static void Write(ref ProtoOutput output, in StepEntry entry)
    {
        if (entry.IsHandleNotOpen)
            HandleNotOpenWriter.Write(ref output, entry.Handle);
        else
            Write(ref output, entry.Told);
        output.WriteInteger(Error.StepFieldNumber, entry.Step);
    }

    /// <summary>Writes an error that names no step.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="fault">The fault.</param>
    public static void Write(ref ProtoOutput output, LstmException fault)
    {
        var entry = fault.Entry;
        output.WriteInteger(Error.CodeFieldNumber, (uint)entry.Grpc);
        output.WriteText(Error.ReasonFieldNumber, entry.Reason);
        output.WriteText(Error.MessageFieldNumber, fault.Message);
        foreach (var (key, value) in fault.Metadata)
        {
            output.WriteLength(Error.MetadataFieldNumber, ProtoSize.OfText(key) + ProtoSize.OfText(value));
            output.WriteText(Key, key);
            output.WriteText(Value, value);
        }
    }

    private static int Measure(LstmException fault)
    {
        var entry = fault.Entry;
        int length = ProtoSize.OfInteger((uint)entry.Grpc) + ProtoSize.OfText(entry.Reason) + ProtoSize.OfText(fault.Message);
        foreach (var (key, value) in fault.Metadata)
            length += ProtoSize.OfBytes(ProtoSize.OfText(key) + ProtoSize.OfText(value));
        return length;
    }
}
