using System.Text.Json.Nodes;
using Lstm.Service.Rest.Json;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Lstm.Service.Rest.Documentation;

/// <summary>The OpenAPI document behind Swagger UI.</summary>
internal static class ApiDocument
{
    /// <summary>Sets the generator up.</summary>
    /// <param name="options">The generator's options.</param>
    public static void Configure(SwaggerGenOptions options)
    {
        options.SwaggerDoc("v1", new OpenApiInfo
        {
            Title = "Lstm",
            Version = "v1",
            Description = "Recurrent networks on live data. A session is a stream of timesteps with its own state; each step takes x(t) and gives y(t). "
                + "To try it: open a session (the example works as it is), step it a few times, look at its state, close it. "
                + "Every fault is application/problem+json with a stable `reason`; GET /errors lists them.",
        });
        string documentation = Path.Combine(AppContext.BaseDirectory, $"{typeof(ApiDocument).Assembly.GetName().Name}.xml");
        if (File.Exists(documentation))
            options.IncludeXmlComments(documentation);
        options.OperationFilter<OperationDocumentation>();
        options.CustomSchemaIds(static type => type.Name.EndsWith("Body", StringComparison.Ordinal) ? type.Name[..^4] : type.Name);
        options.SupportNonNullableReferenceTypes();
        options.MapType<StepInput>(static () => Numbers("[input_size] for one step, or [[input_size], …] for several.", "[10844, 0, 1, 0.78, 0.62]"));
        options.MapType<JsonIntegers>(Integers);
        options.MapType<SessionInputList>(static () => new OpenApiSchema
        {
            Description = "The model's session_inputs by name: each a number, or a list, nested as its shape is.",
            Type = JsonSchemaType.Object,
            AdditionalProperties = new OpenApiSchema(),
            Examples = [JsonNode.Parse("""{"category": 3, "encoder_context": [[0.1, -0.2], [0.3, 0.4]]}""")!], // never null: the text is not "null"
        });
        options.MapType<StepOutput>(static () => Numbers("[output_size], or [[output_size], …] when x was a list of lists.", "[9120.5, 10012.25, 11034]"));
    }

    private static OpenApiSchema Integers() => new()
    {
        Description = "Whole numbers: as numbers, or as texts beyond 2^53; a list, or a list of lists for several steps.",
        OneOf = [List(Integer()), List(List(Integer()))],
        Examples = [JsonNode.Parse("[5, \"4611686018427387905\"]")!], // never null: the text is not "null"
    };

    private static OpenApiSchema Integer() => new()
    {
        OneOf = [new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" }, new OpenApiSchema { Type = JsonSchemaType.String, Format = "int64" }],
    };

    private static OpenApiSchema Numbers(string description, string example) => new()
    {
        Description = description,
        OneOf = [List(Number()), List(List(Number()))],
        Examples = [JsonNode.Parse(example)!], // never null: the text is not "null"
    };

    private static OpenApiSchema List(OpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Number, Format = "float" };
}
