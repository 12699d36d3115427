using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Tests.Bench.Load;

public class TimeQueueTests
{
    [Fact]
    public void Take_AfterGrowingInTheMiddle_IsFirstInFirstOut()
    {
        var queue = new TimeQueue();
        var (added, taken) = (0L, 0L);
        for (int round = 1; round <= 100; round++)
        {
            for (int n = 0; n < 2 * round; n++)
                queue.Add(added++);
            for (int n = 0; n < round; n++)
                Assert.Equal(taken++, queue.Take());
        }

        Assert.Equal(added - taken, queue.Count);
    }
}
