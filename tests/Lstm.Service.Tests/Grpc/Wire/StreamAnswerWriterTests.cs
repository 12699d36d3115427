using Google.Protobuf;
using Lstm.Service.Grpc;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Microsoft.Extensions.DependencyInjection;
using OpenMode = Lstm.Service.Sessions.OpenMode;
using Session = Lstm.Service.Sessions.Session;

namespace Lstm.Service.Tests.Grpc.Wire;

/// <summary>Answers written by hand are byte for byte what the generated messages would be.</summary>
public sealed class StreamAnswerWriterTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(4096)]
    public async Task Write_OneSession_EqualsTheGeneratedMessage(int pieceBytes)
    {
        var session = Open();
        var group = new StepGroup();
        var answer = new StreamAnswer();
        for (ulong step = 1; step < 400;)
        {
            int count = (int)(step % 3) + 1;
            group.Clear();
            group.Add(
                new() { Session = session, Handle = (uint)step * 50, Step = step, AskedCount = (uint)count },
                Enumerable.Range(0, count).SelectMany(n => TestModels.X((int)step + n)).ToArray());
            await group.RunAsync();
            Assert.Null(group[0].Fault);

            answer.Set(group, 0);
            var expected = new StreamReply { Handle = (uint)step * 50, Result = new() };
            ProtoMessages.Write(group, 0, session.Model, expected.Result);
            Assert.Equal(expected.ToByteArray(), WrittenMessage.Of(answer, pieceBytes));

            await group.RunAsync(); // the same again
            answer.Set(group, 0);
            expected.Result.Replayed = true;
            Assert.Equal(expected.ToByteArray(), WrittenMessage.Of(answer, pieceBytes));
            step += (ulong)count;
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(3, 1)]
    [InlineData(200, 10)]
    [InlineData(700, 4096)]
    public async Task Write_ManySessions_EqualsTheGeneratedMessage(int count, int pieceBytes)
    {
        Session[] sessions = [.. Enumerable.Range(0, count).Select(_ => Open())];
        var group = new StepGroup { IsOneMessage = true };
        for (uint n = 0; n < count; n++)
            group.Add(new() { Session = sessions[n], Handle = n * 100 }, TestModels.X((int)n));
        await group.RunAsync();
        Assert.True(group.IsAllDoneOnce);
        var answer = new StreamAnswer();

        answer.Set(group);

        var expected = new StreamReply { Batch = new() };
        ProtoMessages.Write(group, static (e, _) => throw e, expected.Batch);
        Assert.Equal(expected.ToByteArray(), WrittenMessage.Of(answer, pieceBytes));
    }

    [Fact]
    public async Task IsAllDoneOnce_AfterAReplayOrAFault_IsFalse()
    {
        var (session, other) = (Open(), Open());
        var group = new StepGroup();
        group.Add(new() { Session = session, Step = 1 }, TestModels.X());
        await group.RunAsync();
        Assert.True(group.IsAllDoneOnce);

        await group.RunAsync();
        Assert.False(group.IsAllDoneOnce);

        group.Clear();
        group.Add(new() { Session = session, Step = 2 }, TestModels.X());
        group.Add(new() { Session = other, Step = 2 }, TestModels.X());
        await group.RunAsync();
        Assert.False(group.IsAllDoneOnce);
        Assert.Null(group[0].Fault);
    }

    private Session Open() => fixture.Service.Services.GetRequiredService<SessionRegistry>().Open("", "nyc-taxi", OpenMode.Create, out _);
}
