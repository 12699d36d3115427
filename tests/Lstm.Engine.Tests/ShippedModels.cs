using Lstm.Engine.Kernels;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests;

/// <summary>The models that the tests step.</summary>
internal static class ShippedModels
{
    public static string NycTaxi { get; } = Repository.Path("models", "nyc-taxi", "model.onnx");

    public static string NycTaxiPlain { get; } = Repository.Path("tests", "data", "nyc-taxi", "nyc_taxi_plain.onnx");

    public static string CharLm { get; } = Repository.Path("models", "char-lm", "model.onnx");

    public static string CharLmPlain { get; } = Repository.Path("tests", "data", "char-lm", "char_lm_plain.onnx");

    public static string Bad(string name) => Repository.Path("tests", "data", "zoo", "bad", name);

    /// <summary>A model on a width given as a number of lanes.</summary>
    public static NativeModel Load(string path, int width) => NativeModel.Load(path, (VectorWidth)width);

    /// <summary>Half-hours of taxi demand with their clock features, made up: [5] each.</summary>
    public static float[] TaxiInput(Random random)
    {
        double day = random.NextDouble() * 2 * Math.PI;
        double week = random.NextDouble() * 2 * Math.PI;
        return [random.NextSingle() * 30_000, (float)Math.Sin(day), (float)Math.Cos(day), (float)Math.Sin(week), (float)Math.Cos(week)];
    }
}
