using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>Which models are served, and their queues: section Lstm:Models.</summary>
internal sealed class ModelsOptions
{
    /// <summary>Every model.</summary>
    public const string All = "all";

    /// <summary>The folder of models; relative to the current directory or else to the program's folder.</summary>
    [Required]
    public string Directory { get; set; } = "models";

    /// <summary>The largest number of sessions in one batch.</summary>
    [Range(1, 65_536)]
    public int MaxBatch { get; set; } = 128;

    /// <summary>
    /// The largest number of sessions whose steps may wait for one model; one more is refused with QUEUE_FULL. As many again may wait of tenants
    /// that have less than their equal share of it.
    /// </summary>
    [Range(1, 10_000_000)]
    public int MaxQueue { get; set; } = 65_536;

    /// <summary>Batches of one model that run at the same time; 0: one for each processor.</summary>
    [Range(0, 1024)]
    public int Lanes { get; set; }

    /// <summary>
    /// Which models ONNX Runtime may run with several sessions together, none or all; allow_batching in a model's model.json goes before it.
    /// The native engine always batches.
    /// </summary>
    [RegularExpression("none|all", ErrorMessage = "{0} has to be none or all.")]
    public string AllowBatching { get; set; } = "none";

    /// <summary>The longest time that loading one model may take; one that takes longer is refused, and the others are served.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxLoadTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes of memory that loading one model may take.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long MaxLoadMemoryBytes { get; set; } = 1L << 30;

    /// <summary>The longest time of one run in ONNX Runtime, a step or a whole sequence; a longer one is refused with RUN_TOO_LONG.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan MaxRunTime { get; set; } = TimeSpan.FromMinutes(1);
}
