using Grpc.Core;
using Lstm.V1;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A stream with sessions under the handles 1, 2, 3, …</summary>
internal sealed class BatchStream(RunningService service) : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<StreamRequest, StreamReply> _call = service.Grpc.Stream();
    private readonly List<string> _ids = [];

    /// <summary>The sessions of model nyc-taxi, in the order of their handles.</summary>
    public IReadOnlyList<string> Ids => _ids;

    public static async Task<BatchStream> OpenAsync(RunningService service, int sessions)
    {
        var stream = new BatchStream(service);
        for (uint handle = 1; handle <= sessions; handle++)
            await stream.OpenAsync(handle);
        return stream;
    }

    public static async Task<BatchStream> ResumeAsync(RunningService service, IReadOnlyList<string> ids)
    {
        var stream = new BatchStream(service);
        for (int n = 0; n < ids.Count; n++)
            await stream.OpenAsync((uint)n + 1, "nyc-taxi", ids[n]);
        return stream;
    }

    public async Task OpenAsync(uint handle, string model = "nyc-taxi", string id = "")
    {
        var opened = (await AskAsync(new StreamRequest { Open = new() { Handle = handle, Model = model, SessionId = id, Mode = OpenMode.CreateOrResume } })).Opened;
        if (model == "nyc-taxi")
            _ids.Add(opened.SessionId);
    }

    /// <summary>Sends a step of each session; step 0: unnumbered.</summary>
    public Task<StreamReply> AskAsync(IEnumerable<int> handles, int step, Func<int, float[]> x)
    {
        var batch = new StreamBatch();
        foreach (int handle in handles)
        {
            batch.Handles.Add((uint)handle);
            batch.X.AddRange(x(handle));
            if (step > 0)
                batch.Steps.Add((ulong)step);
        }

        return AskAsync(batch);
    }

    public Task<StreamReply> AskAsync(StreamBatch batch) => AskAsync(new StreamRequest { Batch = batch });

    public Task<StreamReply> AskAsync(StreamStep step) => AskAsync(new StreamRequest { Step = step });

    /// <summary>The states of the sessions.</summary>
    public async Task<string[]> StatesAsync(int except = 0)
    {
        var states = new List<string>();
        for (int n = 0; n < _ids.Count; n++)
            states.Add(n == except - 1 ? "" : await service.StateAsync(_ids[n]));
        return [.. states];
    }

    public async ValueTask DisposeAsync()
    {
        await _call.RequestStream.CompleteAsync();
        _call.Dispose();
    }

    private async Task<StreamReply> AskAsync(StreamRequest request)
    {
        await _call.RequestStream.WriteAsync(request);
        Assert.True(await _call.ResponseStream.MoveNext(default), "The stream ended without a reply.");
        return _call.ResponseStream.Current;
    }
}
