using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using AttributeType = Lstm.Engine.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace Lstm.Tests.Shared.Onnx;

/// <summary>Attributes of nodes, of the type that their value has.</summary>
internal static class OnnxAttribute
{
    /// <summary>Makes an attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">int, long, float, string, TensorProto, GraphProto, or an array of int, long, float or string.</param>
    /// <returns>The attribute.</returns>
    public static AttributeProto Of(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int number:
                (attribute.Type, attribute.I) = (AttributeType.Int, number);
                break;
            case long number:
                (attribute.Type, attribute.I) = (AttributeType.Int, number);
                break;
            case float number:
                (attribute.Type, attribute.F) = (AttributeType.Float, number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeType.Tensor, tensor);
                break;
            case GraphProto graph:
                (attribute.Type, attribute.G) = (AttributeType.Graph, graph);
                break;
            case int[] numbers:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(numbers.Select(static n => (long)n));
                break;
            case long[] numbers:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(numbers);
                break;
            case float[] numbers:
                attribute.Type = AttributeType.Floats;
                attribute.Floats.Add(numbers);
                break;
            case string[] texts:
                attribute.Type = AttributeType.Strings;
                attribute.Strings.Add(texts.Select(ByteString.CopyFromUtf8));
                break;
            default:
                throw new NotSupportedException($"Attribute '{name}': no attribute type holds {value.GetType()}.");
        }
        return attribute;
    }
}
