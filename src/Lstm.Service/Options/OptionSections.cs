using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Lstm.Service.Options;

/// <summary>All options, one section each, read once at start. What is not known is refused by name, all faults at once.</summary>
internal sealed class OptionSections
{
    /// <summary>The section of the configuration that everything is under.</summary>
    public const string Root = "Lstm";

    /// <summary>Lstm:Server.</summary>
    public ServerOptions Server { get; } = new();

    /// <summary>Lstm:Models.</summary>
    public ModelsOptions Models { get; } = new();

    /// <summary>Lstm:Sessions.</summary>
    public SessionsOptions Sessions { get; } = new();

    /// <summary>Lstm:Tenants.</summary>
    public TenantsOptions Tenants { get; } = new();

    /// <summary>Lstm:Predict.</summary>
    public PredictOptions Predict { get; } = new();

    /// <summary>Lstm:Grpc.</summary>
    public GrpcOptions Grpc { get; } = new();

    /// <summary>Lstm:Logging.</summary>
    public LoggingOptions Logging { get; } = new();

    /// <summary>Reads and checks every option.</summary>
    /// <param name="configuration">appsettings.json, environment, command line.</param>
    /// <returns>The options.</returns>
    /// <exception cref="OptionsException">An option is unknown, not of its type or out of its range; all of them are listed.</exception>
    public static OptionSections Read(IConfiguration configuration)
    {
        var sections = new OptionSections();
        var faults = new List<string>();
        var known = typeof(OptionSections).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var section in configuration.GetSection(Root).GetChildren())
        {
            var property = Find(known, section.Key);
            if (property is null)
                faults.Add($"{section.Path} is unknown. Sections: {Names(known)}.");
            else if (section.Value is { Length: > 0 } value)
                faults.Add($"{section.Path} is a section, but it was given the value '{value}'.");
            else
                ReadSection(property.GetValue(sections)!, section, faults); // never null: initialised above
        }

        Check(sections, faults);
        return faults.Count == 0 ? sections : throw new OptionsException(faults);
    }

    private static void ReadSection(object options, IConfigurationSection section, List<string> faults)
    {
        var known = options.GetType().GetProperties();
        foreach (var item in section.GetChildren())
        {
            var property = Find(known, item.Key);
            if (property is null)
                faults.Add($"{item.Path} is unknown. Options of {section.Path}: {Names(known)}.");
            else if (item.Value is not { } text)
                faults.Add($"{item.Path} takes one value, but it was given a section.");
            else if (Parse(property.PropertyType, text) is { } value)
                property.SetValue(options, value);
            else
                faults.Add($"{item.Path} is '{text}', which is not {Describe(property.PropertyType)}.");
        }
    }

    private static void Check(OptionSections sections, List<string> faults)
    {
        foreach (var section in typeof(OptionSections).GetProperties())
        {
            var options = section.GetValue(sections)!; // never null: initialised above
            foreach (var property in options.GetType().GetProperties())
            {
                var value = property.GetValue(options);
                foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
                    if (!rule.IsValid(value))
                        faults.Add($"{Root}:{section.Name}:{property.Name} is '{value}'. {rule.FormatErrorMessage($"{Root}:{section.Name}:{property.Name}")}");
                if (value is TimeSpan time && time <= TimeSpan.Zero)
                    faults.Add($"{Root}:{section.Name}:{property.Name} is '{time}'. It has to be longer than nothing.");
            }
        }

        if (!Hosting.Endpoints.IsAddress(sections.Server.Address))
            faults.Add($"{Root}:Server:Address is '{sections.Server.Address}'. It has to be localhost, * or an IP address.");
        if (sections.Server.HttpPort != 0 && sections.Server.HttpPort == sections.Server.GrpcPort)
            faults.Add($"{Root}:Server:HttpPort and {Root}:Server:GrpcPort are both {sections.Server.HttpPort}. They have to differ.");
    }

    private static object? Parse(Type type, string text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long large) ? large : null;
        if (type == typeof(bool))
            return bool.TryParse(text, out bool flag) ? flag : null;
        if (type == typeof(TimeSpan))
            return TimeSpan.TryParseExact(text, ["c", @"hh\:mm\:ss"], CultureInfo.InvariantCulture, out var time) ? time : null;
        throw new NotSupportedException($"An option of type {type} needs a case here.");
    }

    private static string Describe(Type type) =>
        type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(bool) ? "true or false"
        : "a time such as 01:30:00 (hours:minutes:seconds)";

    private static PropertyInfo? Find(PropertyInfo[] known, string name) =>
        Array.Find(known, p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Names(PropertyInfo[] known) => string.Join(", ", known.Select(static p => p.Name));
}
