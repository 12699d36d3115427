namespace Lstm.Service.Rest.Bodies;

/// <summary>The models that can step.</summary>
/// <param name="Models">In the order of their names.</param>
internal sealed record ModelListBody(ModelBody[] Models);
