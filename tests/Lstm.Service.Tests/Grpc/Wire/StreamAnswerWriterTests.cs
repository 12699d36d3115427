using Google.Protobuf;
using Lstm.Service.Errors;
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
        var answer = new StreamAnswer();

        Assert.Equal(count, answer.Set(group));

        Assert.Equal(Expected(group).ToByteArray(), WrittenMessage.Of(answer, pieceBytes));
    }

    // Handles and steps of every length, sessions that are new, done before, and in all kinds of trouble.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(4096)]
    public async Task Write_ManySessionsWithFaults_EqualsTheGeneratedMessage(int pieceBytes)
    {
        var group = new StepGroup { IsOneMessage = true };
        for (int n = 0; n < 200; n++)
        {
            uint handle = n == 0 ? 0 : uint.MaxValue >> (n % 32);
            if (n % 4 == 0)
                group.Add(n % 8 == 0 ? StepEntry.NotOpen(handle, (ulong)n) : new() { Handle = handle, Step = ulong.MaxValue >> (n % 64), Fault = FaultOf(n) });
            else
                group.Add(new() { Session = n % 4 == 1 ? await SteppedAsync() : Open(), Handle = handle, Step = n % 4 == 3 ? 9ul : 1 }, TestModels.X());
        }

        await group.RunAsync();
        var answer = new StreamAnswer();

        Assert.Equal(100, answer.Set(group));

        var expected = Expected(group);
        Assert.Equal((100, 50), (expected.Batch.Faults.Count, expected.Batch.Replayed.Count));
        Assert.Equal(expected.ToByteArray(), WrittenMessage.Of(answer, pieceBytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public async Task Write_OnlyFaults_EqualsTheGeneratedMessage(int pieceBytes)
    {
        var group = new StepGroup { IsOneMessage = true };
        for (int n = 0; n < 20; n++)
            group.Add(new() { Handle = (uint)n, Fault = FaultOf(n) });
        await group.RunAsync();
        var answer = new StreamAnswer();

        Assert.Equal(0, answer.Set(group));

        Assert.Equal(Expected(group).ToByteArray(), WrittenMessage.Of(answer, pieceBytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public async Task Write_OneFault_EqualsTheGeneratedMessage(int pieceBytes)
    {
        var answer = new StreamAnswer();
        for (int n = 0; n < 20; n++)
        {
            var group = new StepGroup();
            group.Add(new() { Handle = (uint)n * 100, Step = (ulong)n, Fault = FaultOf(n) });
            await group.RunAsync();

            answer.Set(group, 0);

            var expected = new StreamReply { Handle = (uint)n * 100, Error = ErrorOf(group[0]) };
            Assert.Equal(expected.ToByteArray(), WrittenMessage.Of(answer, pieceBytes));
        }
    }

    [Fact]
    public void Write_HandlesThatAreNotOpen_EqualsTheGeneratedMessage()
    {
        uint[] handles = [0, 9, 10, 11, 12, 21, 1111, 2222, .. Enumerable.Range(0, 32).Select(static bit => uint.MaxValue >> bit), .. Enumerable.Range(1, 9).Select(static n => (uint)Math.Pow(10, n))];
        foreach (uint handle in handles)
        {
            var group = new StepGroup();
            group.Add(StepEntry.NotOpen(handle, handle));
            var answer = new StreamAnswer();

            answer.Set(group, 0);

            var error = GrpcFault.ToError(Throw.HandleNotOpen(handle));
            error.Step = handle;
            Assert.Equal(new StreamReply { Handle = handle, Error = error }.ToByteArray(), WrittenMessage.Of(answer));
        }
    }

    [Fact]
    public async Task HasFaults_AfterAFaultBeforeOrInTheRun_IsTrue()
    {
        var (session, other) = (Open(), Open());
        var group = new StepGroup();
        group.Add(new() { Session = session, Step = 1 }, TestModels.X());
        await group.RunAsync();
        Assert.False(group.HasFaults);

        group.Add(new() { Session = other, Step = 2 }, TestModels.X());
        await group.RunAsync();
        Assert.True(group.HasFaults);

        group.Clear();
        Assert.False(group.HasFaults);
        group.Add(new() { Fault = FaultOf(1) });
        await group.RunAsync();
        Assert.True(group.HasFaults);
    }

    // Texts of every kind: empty, not ASCII, longer than a piece, cut in the middle of a character.
    private static LstmException FaultOf(int n) => (n % 5) switch
    {
        0 => Throw.HandleNotOpen((uint)n * 1000),
        1 => new(ErrorCode.QueueFull, ""),
        2 => new(ErrorCode.Internal, new string('é', 500), ("b", "Ω"), ("a", ""), ("", "z")),
        3 => new(ErrorCode.StepGap, "half a character: \ud83d", ("session_id", "\ud83d\ude00"), ("step", "9")),
        _ => Throw.StepTooOld("s", ulong.MaxValue, (ulong)n, 1, 2),
    };

    private static StreamReply Expected(StepGroup group)
    {
        var result = new BatchResult();
        for (int n = 0; n < group.Count; n++)
        {
            var entry = group[n];
            if (entry.Fault is not null)
            {
                result.Faults.Add(new BatchFault { Handle = entry.Handle, Error = ErrorOf(entry) });
                continue;
            }

            result.Handles.Add(entry.Handle);
            result.Steps.Add(entry.DoneStep);
            result.Y.AddRange(group.Y(n).ToArray());
            if (entry.Replayed)
                result.Replayed.Add(entry.Handle);
        }

        return new() { Batch = result };
    }

    private static Error ErrorOf(StepEntry entry)
    {
        var error = GrpcFault.ToError(entry.Told);
        error.Step = entry.Step;
        return error;
    }

    private async Task<Session> SteppedAsync()
    {
        var session = Open();
        var group = new StepGroup();
        group.Add(new() { Session = session, Step = 1 }, TestModels.X());
        await group.RunAsync();
        return session;
    }

    private Session Open() => fixture.Service.Services.GetRequiredService<SessionRegistry>().Open("", "nyc-taxi", OpenMode.Create, [], out _);
}
