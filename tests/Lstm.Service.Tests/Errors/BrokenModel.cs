using Lstm.OnnxRuntime;
using Lstm.Service.Tests.Hosting;

namespace Lstm.Service.Tests.Errors;

/// <summary>What is said of the models that do not load.</summary>
internal static class BrokenModel
{
    /// <summary>What both backends say; the second half is ONNX Runtime's own text.</summary>
    public static string Detail { get; } =
        $"Model 'broken' did not load: NoSuchOp 'NoSuchOp__4': the operator is not supported natively. ONNX Runtime {OrtModel.Version} says: [ErrorCode:InvalidGraph] This is an invalid model. "
        + "In Node, (\"NoSuchOp__4\", NoSuchOp, \"\", -1) : (\"Y\": tensor(float),) -> (\"Z\": tensor(float),) , Error No Op registered for NoSuchOp with domain_version of 14";

    public static string TwinDetail =>
        $"Model 'twin' did not load: Several files are named 'twin': {Path.Combine(TestModels.Directory, "twin.onnx")}, {Path.Combine(TestModels.Directory, "twin", "model.onnx")}. Rename all but one.";
}
