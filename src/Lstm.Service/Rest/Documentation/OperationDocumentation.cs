using System.Globalization;
using System.Text.Json.Nodes;
using Lstm.Service.Errors;
using Lstm.Service.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Lstm.Service.Rest.Documentation;

/// <summary>Adds to each operation what the signature does not say: examples that work, and the reasons behind each status.</summary>
/// <param name="tenants">The tenant's header.</param>
internal sealed class OperationDocumentation(TenantsOptions tenants) : IOperationFilter
{
    private static readonly Dictionary<string, (string Example, string Description)> Parameters = new(StringComparer.Ordinal)
    {
        ["id"] = ("demo", "The session's id."),
        ["model"] = ("nyc-taxi", "A model's name."),
        ["state"] = ("true", "true: also h and c of every layer."),
        ["page_size"] = ("100", "At most so many sessions; 0 or left out: 100; at most 1000."),
        ["page_token"] = ("", "next_page_token of the reply before."),
        ["reason"] = ("STEP_GAP", "A fault's reason."),
    };

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            if (parameter.Name is { } name && Parameters.TryGetValue(name, out var text))
                Describe(parameter, text.Example, text.Description);
        if (tenants.Header.Length > 0 && metadata.OfType<OfTenant>().Any())
            (operation.Parameters ??= []).Add(Tenant());
        if (metadata.OfType<RequestExample>().FirstOrDefault() is { } example && operation.RequestBody?.Content is { } content)
            foreach (var media in content.Values.OfType<OpenApiMediaType>())
                media.Example = JsonNode.Parse(example.Json);
        if (metadata.OfType<Refusals>().FirstOrDefault() is { } refusals)
            foreach (var group in refusals.Codes.Select(ErrorMap.Get).GroupBy(static e => e.Http))
                if (operation.Responses?[group.Key.ToString(CultureInfo.InvariantCulture)] is OpenApiResponse response)
                    response.Description = string.Join("\n", group.Select(static e => $"- `{e.Reason}`: {e.Title}. {e.Advice}"));
    }

    private OpenApiParameter Tenant() => new()
    {
        Name = tenants.Header,
        In = ParameterLocation.Header,
        Description = "Whose steps these are: when many wait, tenants share the model equally. At most 64 visible ASCII characters.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Sessions.TenantHeader.MaxLength },
    };

    private static void Describe(OpenApiParameter parameter, string example, string description)
    {
        parameter.Description = description;
        // Only what a path needs is filled in: an example in an optional query field would be sent with every try.
        if (parameter.In == ParameterLocation.Path)
            parameter.Example = JsonValue.Create(example);
    }
}
