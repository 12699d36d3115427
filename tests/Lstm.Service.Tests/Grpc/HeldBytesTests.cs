using Lstm.Service.Grpc;
using Lstm.Service.Options;

namespace Lstm.Service.Tests.Grpc;

/// <summary>Who is ended when calls hold too much together.</summary>
public sealed class HeldBytesTests
{
    private const int Limit = 100_000;
    private readonly UnreadReplies _all = new(new GrpcOptions { MaxUnreadBytes = Limit });
    private readonly List<string> _ended = [];

    [Fact]
    public void Change_BeyondTheLimit_EndsThoseThatHaveWaitedLongest()
    {
        var (a, b, c) = (Call("a"), Call("b"), Call("c"));
        a.Change(30_000);
        b.Change(30_000);
        c.Change(40_000);
        Assert.Empty(_ended);

        c.Change(80_000);

        Assert.Equal(["a", "b"], _ended);
        Assert.Equal(80_000, _all.Bytes);
    }

    [Fact]
    public void Change_OfOneThatHeldNothingInBetween_WaitsAnew()
    {
        var (a, b) = (Call("a"), Call("b"));
        a.Change(30_000);
        b.Change(30_000);
        a.Change(0);
        a.Change(30_000);

        Call("c").Change(60_000);

        Assert.Equal(["b"], _ended);
        Assert.Equal(90_000, _all.Bytes);
    }

    [Fact]
    public void Change_OfOneThatKeepsHolding_WaitsSinceItBegan()
    {
        var (a, b) = (Call("a"), Call("b"));
        a.Change(30_000);
        b.Change(30_000);
        a.Change(50_000);

        b.Change(60_000);

        Assert.Equal(["a"], _ended);
    }

    [Fact]
    public void Change_BeyondTheLimitAlone_EndsItself()
    {
        var call = Call("a");

        call.Change(Limit + 1);

        Assert.Equal(["a"], _ended);
        Assert.Equal(0, _all.Bytes);
    }

    [Fact]
    public void Change_OfOneThatWasEnded_CountsNothing()
    {
        var call = Call("a");
        call.Change(Limit + 1);

        call.Change(50_000);
        call.Close();

        Assert.Equal(0, _all.Bytes);
        Assert.Equal(["a"], _ended);
    }

    [Fact]
    public void Close_GivesBackOnceAndIsNeverEnded()
    {
        var (a, b) = (Call("a"), Call("b"));
        a.Change(60_000);
        b.Change(40_000);

        a.Close();
        a.Close();
        a.End();

        Assert.Equal(40_000, _all.Bytes);
        Assert.Empty(_ended);
    }

    [Fact]
    public async Task Change_ByManyAtOnce_KeepsTheSum()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (int n = 0; n < 5000; n++)
            {
                var call = new HeldCall(_all, static () => { });
                call.Change((n * 7919 + worker) % 50_000);
                call.Change((n * 104_729 + worker) % 50_000);
                Assert.InRange(_all.Bytes, 0, 5 * 50_000);
                call.Close();
            }
        })));

        Assert.Equal(0, _all.Bytes);
    }

    private HeldCall Call(string name) => new(_all, () => _ended.Add(name));
}
