using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>How much may be predicted at once, so that whole sequences never crowd out steps: section Lstm:Predict.</summary>
internal sealed class PredictOptions
{
    /// <summary>Sequences in one request; more are refused with PREDICTION_TOO_LARGE.</summary>
    [Range(1, 1_000_000)]
    public int MaxSequences { get; set; } = 1024;

    /// <summary>Timesteps of all sequences of one request together; more are refused with PREDICTION_TOO_LARGE.</summary>
    [Range(1, 100_000_000)]
    public int MaxTimesteps { get; set; } = 65_536;

    /// <summary>Values that one request keeps in memory: outputs of every timestep, and states; more are refused with PREDICTION_TOO_LARGE.</summary>
    [Range(1, 500_000_000)]
    public int MaxValues { get; set; } = 8_388_608;

    /// <summary>Predictions that run at the same time, each on a thread of its own; 0: half of the processors, at least one.</summary>
    [Range(0, 1024)]
    public int MaxRunning { get; set; }

    /// <summary>Predictions that may wait for their turn; one more is refused with QUEUE_FULL.</summary>
    [Range(0, 1_000_000)]
    public int MaxWaiting { get; set; } = 64;
}
