using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests;

public sealed class FileSummaryTests
{
    [Fact]
    public void Read_FileThatLoads_SaysWhatTheModelSays()
    {
        FileSummary summary = FileSummary.Read(ShippedModels.NycTaxi);
        ModelInfo info = Model.Load(ShippedModels.NycTaxi).Info;

        Assert.Equal((info.Path, info.Fingerprint, info.Producer, info.Opset), (summary.Path, summary.Fingerprint, summary.Producer, summary.Opset));
        Assert.Equal(new FileInfo(ShippedModels.NycTaxi).Length, summary.Bytes);
        Assert.Equal(2, summary.Operators.Single(static o => o.Name == "LSTM").Nodes.Count);
        Assert.All(summary.Operators, static o => Assert.True(o.IsNative, o.Name));
        Assert.Equal(summary.Operators.OrderByDescending(static o => o.Nodes.Count), summary.Operators);
    }

    [Fact]
    public void Read_LoopWithABody_CountsTheNodesWithin()
    {
        FileSummary summary = FileSummary.Read(Repository.Path("tests", "data", "zoo", "keras3_lstm_loop_last", "model.onnx"));

        Assert.Equal(["seq/lstm_0/while_loop", "seq/lstm_1/while_loop"], summary.Operators.Single(static o => o.Name == "Loop").Nodes);
        Assert.Contains(summary.Operators, static o => o.Name == "Sigmoid");
    }

    [Fact]
    public void Read_UnknownOperator_NamesItsNodes()
    {
        FileSummary summary = FileSummary.Read(Repository.Path("tests", "data", "zoo", "bad", "unknown_op.onnx"));

        OperatorUse unknown = Assert.Single(summary.Operators, static o => !o.IsNative);
        Assert.Equal("NoSuchOp", unknown.Name);
        Assert.Equal(["NoSuchOp__4"], unknown.Nodes);
    }

    [Fact]
    public void Read_UnknownOpset_StillReads() =>
        Assert.Equal(999, FileSummary.Read(Repository.Path("tests", "data", "zoo", "bad", "opset_999.onnx")).Opset);

    [Fact]
    public void Read_NoModel_Throws()
    {
        string path = Repository.Path("tests", "data", "zoo", "bad", "empty.onnx");
        Assert.Equal($"Cannot load '{path}': The file is empty.", Assert.Throws<ModelLoadException>(() => FileSummary.Read(path)).Message);
    }
}
