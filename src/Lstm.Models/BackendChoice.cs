namespace Lstm.Models;

/// <summary>Which backend runs a model.</summary>
public enum BackendChoice
{
    /// <summary>The native engine, or ONNX Runtime where the native engine cannot.</summary>
    Auto,

    /// <summary>The native engine or none.</summary>
    Native,

    /// <summary>ONNX Runtime or none.</summary>
    OnnxRuntime,
}
