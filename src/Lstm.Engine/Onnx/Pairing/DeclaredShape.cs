using Lstm.Engine.Onnx.Schema;
using Dimension = Lstm.Engine.Onnx.Schema.TensorShapeProto.Types.Dimension;

namespace Lstm.Engine.Onnx.Pairing;

/// <summary>What a file says of the type and shape of an input or output.</summary>
internal sealed class DeclaredShape
{
    private readonly Dimension[]? _dims;

    private DeclaredShape(ElementType type, Dimension[]? dims)
    {
        Type = type;
        _dims = dims;
    }

    /// <summary>The element type; 0 when the file does not say.</summary>
    public ElementType Type { get; }

    /// <summary>Number of axes; null when the file does not say.</summary>
    public int? Rank => _dims?.Length;

    /// <summary>Whether a state can be of the type: a floating-point number, a whole number or a boolean.</summary>
    public bool CanBeState => Enum.IsDefined(Type);

    /// <summary>Whether several axes are open: a sequence, or a batch of them.</summary>
    public bool IsSequence => Rank >= 3 && Enumerable.Range(0, Rank.Value).Count(axis => Length(axis) is null) >= 2;

    /// <summary>Reads it.</summary>
    /// <param name="value">The input or output.</param>
    /// <returns>The type and shape.</returns>
    public static DeclaredShape Of(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? tensor = value.Type?.TensorType;
        return new DeclaredShape((ElementType)(tensor?.ElemType ?? 0), tensor?.Shape is { } shape ? [.. shape.Dim] : null);
    }

    /// <summary>The length of an axis.</summary>
    /// <param name="axis">The axis.</param>
    /// <returns>Its length, or null when the file leaves it open.</returns>
    public int? Length(int axis) => _dims is not null && Fixed(_dims[axis]) is { } length && length <= int.MaxValue ? (int)length : null;

    /// <summary>The name of an open axis.</summary>
    /// <param name="axis">The axis.</param>
    /// <returns>Its name, or "" when it has none or is fixed.</returns>
    public string NameOf(int axis) => _dims is not null && Fixed(_dims[axis]) is null ? _dims[axis].DimParam : "";

    /// <summary>Whether a value of this shape, which comes out of the graph, can go in where another shape is expected.</summary>
    /// <param name="input">The shape of the input.</param>
    /// <param name="known">Names that axes of inputs have; other names were made up by an exporter and say nothing.</param>
    /// <param name="without">An axis of this shape to leave out, −1 for none: when it is given and the ranks are equal, its length does not count.</param>
    /// <returns>True when nothing that the file says is against it.</returns>
    public bool Feeds(DeclaredShape input, IReadOnlySet<string> known, int without = -1)
    {
        if (Type != input.Type)
        {
            return false;
        }
        if (_dims is null || input._dims is null)
        {
            return without < 0;
        }
        int missing = _dims.Length - input._dims.Length;
        if (missing != 0 && !(missing == 1 && without >= 0))
        {
            return false;
        }
        for (int axis = 0; axis < _dims.Length; axis++)
        {
            if (axis != without && !Fits(_dims[axis], input._dims[missing == 1 && axis > without ? axis - 1 : axis], known))
            {
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _dims is null
        ? $"{ElementTypes.Name(Type)} of unknown shape"
        : $"{ElementTypes.Name(Type)} [{string.Join(", ", _dims.Select(static d => Fixed(d) is { } length ? $"{length}" : d.DimParam.Length > 0 ? d.DimParam : "?"))}]";

    private static bool Fits(Dimension output, Dimension input, IReadOnlySet<string> known) => (Fixed(output), Fixed(input)) switch
    {
        ({ } a, { } b) => a == b,
        (null, null) => output.DimParam == input.DimParam || input.DimParam.Length == 0 || !known.Contains(output.DimParam),
        (null, _) => !known.Contains(output.DimParam),
        _ => input.DimParam.Length == 0,
    };

    private static long? Fixed(Dimension dim) => dim.HasDimValue && dim.DimValue > 0 ? dim.DimValue : null;
}
