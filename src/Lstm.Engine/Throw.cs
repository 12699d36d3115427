using System.Diagnostics.CodeAnalysis;

namespace Lstm.Engine;

/// <summary>Throws, so that callers stay small.</summary>
internal static class Throw
{
    /// <summary>Checks a length at the door.</summary>
    public static void IfLengthDiffers(int actual, int expected, string size, string parameter)
    {
        if (actual != expected)
        {
            LengthDiffers(actual, expected, size, parameter);
        }
    }

    /// <summary>Checks that a state belongs to a model.</summary>
    public static void IfOtherModel(Model expected, ModelState state)
    {
        if (!ReferenceEquals(expected, state.Model))
        {
            throw new ArgumentException($"The state belongs to '{state.Model.Info.Path}' but the step is of '{expected.Info.Path}'; a state steps only with its own model.", nameof(state));
        }
    }

    /// <summary>Refuses an input.</summary>
    public static void IfInputFault(string? fault)
    {
        if (fault is not null)
        {
#pragma warning disable CA2208 // the parameter is the caller's
            throw new ArgumentException(fault, "x");
#pragma warning restore CA2208
        }
    }

    [DoesNotReturn]
    private static void LengthDiffers(int actual, int expected, string size, string parameter) =>
        throw new ArgumentException($"Expected {expected} values ({size}) but got {actual}.", parameter);
}
