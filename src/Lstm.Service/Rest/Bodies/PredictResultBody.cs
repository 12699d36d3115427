using Lstm.Service.Models;
using Lstm.Service.Predictions;

namespace Lstm.Service.Rest.Bodies;

/// <summary>What whole sequences gave.</summary>
/// <param name="Model">The model.</param>
/// <param name="Sequences">In the order of the request.</param>
internal sealed record PredictResultBody(string Model, SequenceResultBody[] Sequences)
{
    /// <summary>Describes results.</summary>
    /// <param name="served">The model.</param>
    /// <param name="results">What the sequences gave.</param>
    /// <returns>The body.</returns>
    public static PredictResultBody From(ServedModel served, PredictResult[] results) => new(
        served.Name,
        Array.ConvertAll(results, r => new SequenceResultBody(
            r.Length, [.. r.Outputs.Select(static o => new NamedTensorBody(o.Name, [.. (o.Shape ?? []).Select(static n => (int)n)], o.Values.ToArray(), o.Integers.IsEmpty ? null : new(o.Integers.ToArray())))], NamedTensorBody.Cut(served.Model.Info.States, r.State, r.Kept))));
}
