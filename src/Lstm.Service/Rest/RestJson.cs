using System.Text.Json;
using System.Text.Json.Serialization;
using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest;

/// <summary>How JSON is read and written: names of the protocol (snake_case), nothing ignored, floats in the shortest form that reads back the same.</summary>
internal static class RestJson
{
    /// <summary>For every body, in and out.</summary>
    public static readonly JsonSerializerOptions Options = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Sets options up; the documentation uses the same.</summary>
    /// <param name="options">What to set up.</param>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        // An output can overflow; proto3's JSON writes "NaN" and "Infinity" then, and so do we.
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // Never put into HTML: quotes may stay as they are.
        options.Converters.Add(new StepInputConverter());
        options.Converters.Add(new StepOutputConverter());
        options.Converters.Add(new JsonIntegersConverter());
        options.Converters.Add(new SessionInputListConverter());
    }
}
