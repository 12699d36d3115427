using System.Text.Json;
using Lstm.Service.Errors;
using Lstm.Service.Options;
using Lstm.Tests.Shared;

namespace Lstm.Service.Tests;

/// <summary>docs/api.md says what the code does.</summary>
public sealed class DocumentationTests
{
    private static readonly string Api = File.ReadAllText(Repository.Path("docs", "api.md"));

    [Fact]
    public void Api_ListsEveryFault() => Assert.All(ErrorMap.All, static e => Assert.Contains(
        $"| `{e.Reason}` | {JsonNamingPolicy.SnakeCaseUpper.ConvertName(e.Grpc.ToString())} | {e.Http} | {e.Title}. {e.Advice} |", Api, StringComparison.Ordinal));

    [Fact]
    public void Api_ListsEveryFieldOfAModel() => Assert.All(
        Lstm.V1.Model.Descriptor.Fields.InDeclarationOrder().Where(static f => f.Name != "name").Select(static f => f.Name)
            .Concat(Lstm.V1.Tensor.Descriptor.Fields.InDeclarationOrder().Select(static f => f.Name)),
        static name => Assert.Contains($"`{name}`", Api, StringComparison.Ordinal));

    [Fact]
    public void Api_ListsEveryOptionWithItsDefault()
    {
        var defaults = new OptionSections();
        foreach (var section in typeof(OptionSections).GetProperties())
            foreach (var option in section.PropertyType.GetProperties())
            {
                object? value = option.GetValue(section.GetValue(defaults));
                string cell = value switch
                {
                    string { Length: 0 } => "",
                    string text => $"`{text}` ",
                    bool flag => flag ? "true " : "false ",
                    _ => $"{value} ",
                };
                Assert.Contains($"| `Lstm:{section.Name}:{option.Name}` | {cell}|", Api, StringComparison.Ordinal);
            }
    }

    [Fact]
    public void Api_ListsEveryShortName() => Assert.All(CommandLine.Switches.Keys, static name => Assert.Contains($"`--{name}`", Api, StringComparison.Ordinal));
}
