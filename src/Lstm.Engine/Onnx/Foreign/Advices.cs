namespace Lstm.Engine.Onnx.Foreign;

/// <summary>How ONNX files are made of what frameworks save.</summary>
internal static class Advices
{
    public const string ExportOriginal = "export the network that it was made from to ONNX.";

    public const string TorchExport = "torch.onnx.export(model.eval(), (x,), \"model.onnx\", input_names=[\"x\"], output_names=[\"y\"])";

    public const string WeightsOnly =
        "It holds weights without the network: build the network in Python, load them into it, and export it, in PyTorch with " + TorchExport + ".";

    public const string TorchCheckpoint =
        "It holds weights without the network: build the network in Python, fill it with model.load_state_dict(torch.load(\"model.pt\")), and export it with " + TorchExport + ".";

    public const string TorchScript = "Export it in Python: torch.onnx.export(torch.jit.load(\"model.pt\"), (x,), \"model.onnx\").";

    public const string TorchProgram = "Export it in Python: torch.onnx.export(torch.export.load(\"model.pt2\"), dynamo=True).save(\"model.onnx\").";

    public const string KerasZip = "Export it in Python: keras.models.load_model(\"model.keras\").export(\"model.onnx\", format=\"onnx\").";

    public const string KerasHdf5 = "A Keras model is converted with: python -m tf2onnx.convert --keras model.h5 --output model.onnx";

    public const string TensorFlowLite = "Convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx";

    public const string SavedModel = "Convert its folder, the one with saved_model.pb: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx";

    public const string GraphDef = "Convert it: python -m tf2onnx.convert --graphdef model.pb --inputs x:0 --outputs y:0 --output model.onnx, with the names of its inputs and outputs.";

    public const string TensorFlowJs = "Convert it: python -m tf2onnx.convert --tfjs model.json --output model.onnx";
}
