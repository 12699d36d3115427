using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Lstm.Cli.Bench;

/// <summary>Options of benchmarks, with their bounds.</summary>
internal static class BenchOptions
{
    /// <summary>An option that is a whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most.</param>
    /// <param name="usual">What it is when it is not given; null: then it has no value.</param>
    /// <returns>The option.</returns>
    public static Option<int?> Count(string name, string description, int least, int most, int? usual = null)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        if (usual is not null)
            option.DefaultValueFactory = _ => usual;
        option.Validators.Add(result => Check(result, name, least, most, double.IsInteger));
        return option;
    }

    /// <summary>An option that is a number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most.</param>
    /// <param name="usual">What it is when it is not given; null: then it has no value.</param>
    /// <returns>The option.</returns>
    public static Option<double?> Number(string name, string description, double least, double most, double? usual = null)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "X" };
        if (usual is not null)
            option.DefaultValueFactory = _ => usual;
        option.Validators.Add(result => Check(result, name, least, most, double.IsFinite));
        return option;
    }

    // What is no number at all is refused by the parser.
    private static void Check(OptionResult result, string name, double least, double most, Func<double, bool> fits)
    {
        if (result.Tokens is [{ Value: var text }] && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && !(value >= least && value <= most && fits(value)))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: expected a number from {least} to {most} but got '{text}'."));
    }
}
