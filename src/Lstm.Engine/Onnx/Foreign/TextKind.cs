using System.Text;

namespace Lstm.Engine.Onnx.Foreign;

/// <summary>Files of text.</summary>
internal static class TextKind
{
    /// <summary>Recognises a text by how it begins.</summary>
    public static FileKind? Find(ReadOnlySpan<byte> head)
    {
        string text = Encoding.UTF8.GetString(head).TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            return new("a web page", "It was saved in place of the model, perhaps a page that asks to sign in: download the file itself.") { IsModel = false };
        }
        if (text.StartsWith('<') && text.Contains("<net ", StringComparison.Ordinal))
        {
            return new("an OpenVINO model (IR)", "It cannot be turned back; " + Advices.ExportOriginal);
        }
        if (text.StartsWith('<') && text.StartsWith("<?xml", StringComparison.Ordinal))
        {
            return new("an XML text", "Give the .onnx file.") { IsModel = false };
        }
        if (!text.StartsWith('{') || !text.TrimStart('{', ' ', '\t', '\r', '\n').StartsWith('"'))
        {
            return null;
        }
        return text.Contains("\"layers-model\"", StringComparison.Ordinal) || text.Contains("\"graph-model\"", StringComparison.Ordinal)
            ? new("a TensorFlow.js model", Advices.TensorFlowJs)
            : new("a JSON text", "It may describe a model, but the network itself is in another file: give that, as .onnx.") { IsModel = false };
    }
}
