using Lstm.Cli.Bench.Http2;

namespace Lstm.Cli.Tests.Bench.Http2;

public class ByteQueueTests
{
    [Fact]
    public void WriteAndRead_RandomSizes_KeepsAllBytesInOrder()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        var queue = new ByteQueue(0);
        var (written, read) = (0, 0);
        for (int n = 0; n < 2000; n++)
        {
            var bytes = new byte[random.Next(50)];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)written++;
            queue.Write(bytes);
            int take = random.Next(queue.Count + 1);
            foreach (byte b in queue.Unread[..take])
                Assert.True(b == (byte)read++, $"seed {seed}");
            queue.Read(take);
            Assert.True(queue.Count == written - read, $"seed {seed}");
        }
    }
}
