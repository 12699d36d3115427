namespace Lstm.Engine;

#pragma warning disable CA1720 // the field's own words for these formats
/// <summary>How the weights of recurrent layers are kept in memory. Sums and states are float32 in any case.</summary>
public enum WeightFormat
{
    /// <summary>As the file has them: 4 bytes. The default.</summary>
    Float32,

    /// <summary>The upper half of a float32, rounded to nearest even: 2 bytes, 8 significant bits.</summary>
    BFloat16,

    /// <summary>Whole numbers from −127 to 127 times a scale for each row of a gate's matrix (its largest weight ÷ 127): 1 byte.</summary>
    Int8,
}
#pragma warning restore CA1720
