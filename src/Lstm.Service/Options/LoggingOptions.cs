using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>How the log looks: section Lstm:Logging. Levels are set as everywhere in .NET: Logging:LogLevel:….</summary>
internal sealed class LoggingOptions
{
    /// <summary>text: one line for people; json: one JSON object a line, with trace ids.</summary>
    [RegularExpression("text|json", ErrorMessage = "Lstm:Logging:Format has to be text or json.")]
    public string Format { get; set; } = "text";
}
