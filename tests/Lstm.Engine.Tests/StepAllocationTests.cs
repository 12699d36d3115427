using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests;

public sealed class StepAllocationTests
{
    [Fact]
    public void Step_OnceWarm_AllocatesNothing()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        ModelState state = model.CreateState();
        var x = ShippedModels.TaxiInput(new Random(1));
        var y = new float[3];
        var gates = new float[model.Info.GateSize];
        model.Step(state, x, y, gates);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 1000; step++)
        {
            model.Step(state, x, y);
            model.Step(state, x, y, gates);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory, MemberData(nameof(ZooInvarianceTests.Cases), MemberType = typeof(ZooInvarianceTests))]
    public void Step_OfEveryGraphOfTheZoo_AllocatesNothing(string name)
    {
        Model model = Model.Load(Repository.Path("tests", "data", "zoo", name, "model.onnx"));
        if (!model.Info.IsStreamable)
        {
            return;
        }
        ModelState state = model.CreateState();
        var x = new float[model.Info.InputSize];
        var y = new float[model.Info.OutputSize];
        model.Step(state, x, y);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 100; step++)
        {
            model.Step(state, x, y);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Run_OnceWarm_AllocatesNothing()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        ModelState[] states = [.. Enumerable.Range(0, 9).Select(_ => model.CreateState())];
        ReadOnlyMemory<float> x = ShippedModels.TaxiInput(new Random(1));
        Memory<float> y = new float[3];
        StepBatch batch = model.CreateBatch(9);

        long before = 0;
        for (int step = 0; step < 1000; step++)
        {
            before = step == 1 ? GC.GetAllocatedBytesForCurrentThread() : before;
            foreach (ModelState state in states)
            {
                batch.Add(state, x, y);
            }
            batch.Run();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
