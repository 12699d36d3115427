using System.Text.Json;
using Lstm.Service.Options;
using Lstm.Tests.Shared;
using Microsoft.Extensions.Configuration;

namespace Lstm.Service.Tests;

/// <summary>Options: what is not honoured is refused by name (law 6).</summary>
public sealed class OptionsTests
{
    [Fact]
    public void AppSettings_MirrorsTheDefaults()
    {
        var root = JsonDocument.Parse(File.ReadAllText(Repository.Path("src", "Lstm.Service", "appsettings.json"))).RootElement.GetProperty("Lstm");
        var defaults = new OptionSections();
        var fromCode = typeof(OptionSections).GetProperties()
            .SelectMany(s => s.PropertyType.GetProperties().Select(p => $"{s.Name}:{p.Name}={p.GetValue(s.GetValue(defaults))}"));
        var fromFile = root.EnumerateObject().SelectMany(static s => s.Value.EnumerateObject().Select(p => $"{s.Name}:{p.Name}={p.Value}"));
        Assert.Equal(fromCode, fromFile);
    }

    [Fact]
    public void Read_Nothing_GivesTheDefaults() => Assert.Equal(8000, Read().Server.HttpPort);

    [Fact]
    public void Read_FromCommandLine_TakesShortAndLongNames()
    {
        var options = ReadArgs("--http-port", "18000", "--models=/m", "--Lstm:Sessions:IdleTimeout", "00:30:00", "--address", "*");
        Assert.Equal((18000, "/m", TimeSpan.FromMinutes(30), "*"), (options.Server.HttpPort, options.Models.Directory, options.Sessions.IdleTimeout, options.Server.Address));
    }

    [Fact]
    public void Read_FromEnvironment_TakesDoubleUnderscores()
    {
        Environment.SetEnvironmentVariable("LSTM__SERVER__GRPCPORT", "18001");
        try
        {
            Assert.Equal(18001, OptionSections.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build()).Server.GrpcPort);
        }
        finally
        {
            Environment.SetEnvironmentVariable("LSTM__SERVER__GRPCPORT", null);
        }
    }

    [Fact]
    public void Read_SeveralFaults_TellsAllAtOnce()
    {
        var e = Assert.Throws<OptionsException>(() => Read(
            ("Lstm:Sevrer:HttpPort", "1"), ("Lstm:Server:HtpPort", "1"), ("Lstm:Server:GrpcPort", "many"), ("Lstm:Sessions:IdleTimeout", "soon"),
            ("Lstm:Sessions:MaxSessions", "0"), ("Lstm:Logging:Format", "xml"), ("Lstm:Server:Address", "my host"), ("Lstm:Grpc", "on"), ("Lstm:Sessions:SweepInterval", "00:00:00")));

        Assert.Equal(
            [
                "Lstm:Grpc is a section, but it was given the value 'on'.",
                "Lstm:Logging:Format is 'xml'. Lstm:Logging:Format has to be text or json.",
                "Lstm:Server:Address is 'my host'. It has to be localhost, * or an IP address.",
                "Lstm:Server:GrpcPort is 'many', which is not a whole number.",
                "Lstm:Server:HtpPort is unknown. Options of Lstm:Server: Address, HttpPort, GrpcPort, ReadyFile, MaxBodyBytes, MaxConnections, MaxStreamsPerConnection, IdleConnectionTimeout, KeepAlivePingDelay, KeepAlivePingTimeout, ShutdownTimeout.",
                "Lstm:Sessions:IdleTimeout is 'soon', which is not a time such as 01:30:00 (hours:minutes:seconds).",
                "Lstm:Sessions:MaxSessions is '0'. The field Lstm:Sessions:MaxSessions must be between 1 and 100000000.",
                "Lstm:Sessions:SweepInterval is '00:00:00'. It has to be longer than nothing.",
                "Lstm:Sevrer is unknown. Sections: Server, Models, Sessions, Tenants, Predict, Grpc, Logging.",
            ],
            e.Faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("False", false)]
    public void Read_Flag_TakesTrueAndFalse(string text, bool value) => Assert.Equal(value, Read(("Lstm:Grpc:Reflection", text)).Grpc.Reflection);

    // Less than a second is less than Kestrel takes.
    [Theory]
    [InlineData("IdleConnectionTimeout", "00:00:00.5")]
    [InlineData("KeepAlivePingDelay", "00:00:00.5")]
    [InlineData("KeepAlivePingTimeout", "1.00:00:01")]
    public void Read_TimeOutOfRange_IsRefused(string option, string time)
    {
        var e = Assert.Throws<OptionsException>(() => Read(($"Lstm:Server:{option}", time)));
        Assert.Equal(
            $"Lstm:Server:{option} is '{TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture)}'. The field Lstm:Server:{option} must be between 00:00:01 and 1.00:00:00.", e.Message);
    }

    [Fact]
    public void Read_FlagThatIsNeither_IsRefused()
    {
        var e = Assert.Throws<OptionsException>(() => Read(("Lstm:Grpc:Reflection", "no")));
        Assert.Equal("Lstm:Grpc:Reflection is 'no', which is not true or false.", e.Message);
    }

    [Fact]
    public void Read_SamePortTwice_IsRefused()
    {
        var e = Assert.Throws<OptionsException>(() => ReadArgs("--http-port", "9000", "--grpc-port", "9000"));
        Assert.Equal("Lstm:Server:HttpPort and Lstm:Server:GrpcPort are both 9000. They have to differ.", e.Message);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://a.example,http://localhost:3000,https://[::1]:8443")]
    public void Read_WebOrigins_TakesOriginsOrAll(string origins) => Assert.Equal(origins, Read(("Lstm:Grpc:WebOrigins", origins)).Grpc.WebOrigins);

    // An origin has no path: with one it would never match.
    [Theory]
    [InlineData("https://a.example/")]
    [InlineData("a.example")]
    [InlineData("https://a.example, https://b.example")]
    [InlineData("https://a.example,*")]
    [InlineData("https://*.example")]
    public void Read_WebOriginsThatNeverMatch_AreRefused(string origins)
    {
        var e = Assert.Throws<OptionsException>(() => Read(("Lstm:Grpc:WebOrigins", origins)));
        Assert.Equal(
            $"Lstm:Grpc:WebOrigins is '{origins}'. Lstm:Grpc:WebOrigins has to be * or origins such as https://example.org, separated by commas, without path and trailing slash.",
            e.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x-team.1_a")]
    public void Read_TenantsHeader_TakesANameOrNothing(string header) => Assert.Equal(header, Read(("Lstm:Tenants:Header", header)).Tenants.Header);

    // gRPC writes metadata in lower case and takes -bin for bytes.
    [Theory]
    [InlineData("X-Team")]
    [InlineData("x-team-bin")]
    [InlineData("x team")]
    public void Read_TenantsHeaderThatCannotBe_IsRefused(string header) => Assert.Equal(
        $"Lstm:Tenants:Header is '{header}'. Lstm:Tenants:Header has to be a name of a-z 0-9 . _ - that does not end with -bin, or nothing.",
        Assert.Throws<OptionsException>(() => Read(("Lstm:Tenants:Header", header))).Message);

    [Fact]
    public void Read_SwitchThatIsNeitherTrueNorFalse_IsRefused() => Assert.Equal(
        "Lstm:Grpc:Web is 'yes', which is not true or false.", Assert.Throws<OptionsException>(() => Read(("Lstm:Grpc:Web", "yes"))).Message);

    [Theory]
    [InlineData("--nonsense", "'--nonsense' is not known; --help lists what is.")]
    [InlineData("serve", "'serve' is not known; --help lists what is.")]
    [InlineData("--http-port", "'--http-port' lacks its value.")]
    public void CommandLine_WhatItDoesNotKnow_IsRefusedByName(string argument, string text)
    {
        var e = Assert.Throws<OptionsException>(() => CommandLine.Parse([argument]));
        Assert.StartsWith(text, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_METRICS_EXPORTER", "prometheus", "OTEL_METRICS_EXPORTER is 'prometheus'. Expected otlp or none; Prometheus reads /metrics in any case.")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is 'http/json'. Expected grpc or http/protobuf.")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "nowhere", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is 'nowhere', which is not a URL.")]
    public void Build_OtelSettingThatIsNotHonoured_IsRefusedByName(string name, string value, string text)
    {
        var e = Assert.ThrowsAny<OptionsException>(() => ServiceHost.Build([$"--{name}", value]));
        Assert.Equal(text, e.Message);
    }

    private static OptionSections ReadArgs(params string[] args) => OptionSections.Read(new ConfigurationBuilder().AddInMemoryCollection(CommandLine.Parse(args)).Build());

    private static OptionSections Read(params (string Key, string Value)[] settings) => OptionSections.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build());
}
