namespace Lstm.Engine.Layers;

/// <summary>Elementwise arithmetic on two operands.</summary>
internal enum ArithmeticOperation
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a − b.</summary>
    Subtract,

    /// <summary>a·b.</summary>
    Multiply,

    /// <summary>a ÷ b.</summary>
    Divide,
}
