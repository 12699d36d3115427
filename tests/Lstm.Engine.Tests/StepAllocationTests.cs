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
