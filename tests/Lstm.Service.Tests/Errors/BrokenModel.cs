using Lstm.Service.Tests.Hosting;

namespace Lstm.Service.Tests.Errors;

/// <summary>What is said of the models that do not load.</summary>
internal static class BrokenModel
{
    public const string Detail = "Model 'broken' did not load: NoSuchOp 'NoSuchOp__4': the operator is not supported natively.";

    public static string TwinDetail =>
        $"Model 'twin' did not load: Several files are named 'twin': {Path.Combine(TestModels.Directory, "twin.onnx")}, {Path.Combine(TestModels.Directory, "twin", "model.onnx")}. Rename all but one.";
}
