using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Reflection;
using Grpc.Reflection.V1;
using Lstm.Grpc.Services.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Lstm.Grpc.Services.Tests.Reflection;

/// <summary>The rules of grpc/grpc doc/server-reflection.md and of the comments in grpc/grpc-proto's grpc/reflection/v1/reflection.proto, for both versions.</summary>
public sealed class ReflectionTests : IAsyncLifetime
{
    private static readonly string[] Versions = ["v1", "v1alpha"];

    private TestServer _server = null!; // set by InitializeAsync, before any test

    public static TheoryData<string> EitherVersion => [.. Versions];

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(
        services => services.AddGrpcReflection(),
        app =>
        {
            app.MapGrpcReflectionService();
            app.MapGrpcService<ZooService>();
            app.MapGet("/other", () => "not gRPC");
        });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(EitherVersion))]
    public async Task ListServices_NamesEveryMappedService(string version)
    {
        using var call = Ask(version);
        var response = await call.AskAsync(new() { ListServices = "*" });
        Assert.Equal(
            ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "lstm.tests.zoo.Zoo"],
            response.ListServicesResponse.Service.Select(s => s.Name));
        Assert.Equal(StatusCode.OK, await call.EndAsync());
    }

    [Theory]
    [MemberData(nameof(EitherVersion))]
    public async Task FileByFilename_GivesTheFileAndEachImportOnce(string version)
    {
        using var call = Ask(version);
        var files = (await call.AskAsync(new() { FileByFilename = "zoo/zoo.proto" })).FileDescriptorResponse;
        Assert.Equal(Protos.ZooReflection.Descriptor.SerializedData, files.FileDescriptorProto[0]);
        Assert.Equal(["google/protobuf/timestamp.proto", "zoo/cage.proto"], Names(files).Skip(1).Order());
    }

    [Fact]
    public async Task FileByFilename_Files_AreEnoughToCallTheService()
    {
        using var call = Ask("v1");
        var files = (await call.AskAsync(new() { FileByFilename = "zoo/zoo.proto" })).FileDescriptorResponse;
        // What FileDescriptor asks for: imports before the files that import them.
        var inOrder = files.FileDescriptorProto.OrderBy(bytes => FileDescriptorProto.Parser.ParseFrom(bytes).Dependency.Count).ToList();
        Assert.Equal("zoo/zoo.proto", FileDescriptorProto.Parser.ParseFrom(inOrder[^1]).Name);

        var feed = FileDescriptor.BuildFromByteStrings(inOrder)[^1].FindTypeByName<ServiceDescriptor>("Zoo").FindMethodByName("Feed");

        Assert.Equal(("lstm.tests.zoo.Animal", "lstm.tests.zoo.Cage"), (feed.InputType.FullName, feed.OutputType.FullName));
        Assert.Equal("google.protobuf.Timestamp", feed.OutputType.FindFieldByName("built").MessageType.FullName);
    }

    [Theory]
    [InlineData("lstm.tests.zoo.Zoo", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Zoo.Feed", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal.Leg", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal.Diet", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal.HAY", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal.legs", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal.since", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.stripes", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Animal.Leg.wooden", "zoo/zoo.proto")]
    [InlineData("lstm.tests.zoo.Cage", "zoo/cage.proto")]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    public async Task FileContainingSymbol_GivesTheFileThatDeclaresIt(string symbol, string file)
    {
        using var call = Ask("v1");
        Assert.Equal(file, Names((await call.AskAsync(new() { FileContainingSymbol = symbol })).FileDescriptorResponse)[0]);
    }

    [Theory]
    [MemberData(nameof(EitherVersion))]
    public async Task FileByFilename_ImportsThatTheStreamHasHad_AreNotSentAgain(string version)
    {
        using var call = Ask(version);
        Assert.Equal(["zoo/cage.proto", "google/protobuf/timestamp.proto"], await NamesAsync(call, "zoo/cage.proto"));
        Assert.Equal(["zoo/zoo.proto"], await NamesAsync(call, "zoo/zoo.proto"));
        Assert.Equal(["google/protobuf/timestamp.proto"], await NamesAsync(call, "google/protobuf/timestamp.proto"));
        using var other = Ask(version);
        Assert.Equal(3, (await NamesAsync(other, "zoo/zoo.proto")).Length);
    }

    [Fact]
    public async Task FileByFilename_ForAnotherHost_SendsAllAgain()
    {
        using var call = Ask("v1");
        Assert.Equal(3, (await NamesAsync(call, "zoo/zoo.proto", "a")).Length);
        Assert.Equal(3, (await NamesAsync(call, "zoo/zoo.proto", "b")).Length);
        Assert.Single(await NamesAsync(call, "zoo/zoo.proto", "b"));
    }

    [Theory]
    [InlineData(101)]
    [InlineData(105)]
    public async Task FileContainingExtension_GivesTheFileThatDeclaresIt(int number)
    {
        using var call = Ask("v1");
        var response = await call.AskAsync(new() { FileContainingExtension = new() { ContainingType = "lstm.tests.zoo.Animal", ExtensionNumber = number } });
        Assert.Equal("zoo/zoo.proto", Names(response.FileDescriptorResponse)[0]);
    }

    [Theory]
    [InlineData("lstm.tests.zoo.Animal", new[] { 101, 105 })]
    [InlineData("lstm.tests.zoo.Cage", new int[0])]
    public async Task AllExtensionNumbersOfType_GivesTheNumbersOfAKnownMessage(string type, int[] numbers)
    {
        using var call = Ask("v1");
        var response = (await call.AskAsync(new() { AllExtensionNumbersOfType = type })).AllExtensionNumbersResponse;
        Assert.Equal(type, response.BaseTypeName);
        Assert.Equal(numbers, response.ExtensionNumber);
    }

    [Theory]
    [MemberData(nameof(EitherVersion))]
    public async Task WhatIsUnknown_IsAnErrorInItsPlaceAndTheStreamGoesOn(string version)
    {
        using var call = Ask(version);
        (ServerReflectionRequest, string)[] unknown =
        [
            (new() { FileByFilename = "no.proto" }, "There is no file 'no.proto'."),
            (new() { FileContainingSymbol = "lstm.tests.zoo" }, "No file declares 'lstm.tests.zoo'."),
            (new() { FileContainingSymbol = "" }, "No file declares ''."),
            (new() { FileContainingExtension = new() { ContainingType = "lstm.tests.zoo.Animal", ExtensionNumber = 102 } }, "No file declares extension 102 of 'lstm.tests.zoo.Animal'."),
            (new() { FileContainingExtension = new() }, "No file declares extension 0 of ''."),
            (new() { AllExtensionNumbersOfType = "lstm.tests.zoo.Zoo" }, "There is no message 'lstm.tests.zoo.Zoo'."),
        ];
        foreach (var (request, message) in unknown)
            Assert.Equal(new() { ErrorCode = (int)StatusCode.NotFound, ErrorMessage = message }, (await call.AskAsync(request)).ErrorResponse);
        Assert.Equal(
            new() { ErrorCode = (int)StatusCode.InvalidArgument, ErrorMessage = "The request asks for nothing that is known here." },
            (await call.AskAsync(new())).ErrorResponse);
        Assert.Equal(3, (await NamesAsync(call, "zoo/zoo.proto")).Length);
        Assert.Equal(StatusCode.OK, await call.EndAsync());
    }

    [Theory]
    [MemberData(nameof(EitherVersion))]
    public async Task Response_EchoesRequestAndHost(string version)
    {
        using var call = Ask(version);
        foreach (var request in new ServerReflectionRequest[] { new() { Host = "zoo.example", ListServices = "" }, new() { Host = "", FileByFilename = "no.proto" } })
        {
            var response = await call.AskAsync(request);
            Assert.Equal((request, request.Host), (response.OriginalRequest, response.ValidHost));
        }
    }

    [Fact]
    public async Task MapGrpcReflectionService_Conventions_ApplyToBothVersions()
    {
        await using var server = await TestServer.StartAsync(services => services.AddGrpcReflection(), app => app.MapGrpcReflectionService().WithMetadata("ours"));
        var marked = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(e => e.Metadata.GetMetadata<string>() == "ours").OfType<RouteEndpoint>();
        Assert.Equal(Versions.Select(v => $"/grpc.reflection.{v}.ServerReflection/ServerReflectionInfo"), marked.Select(e => e.RoutePattern.RawText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task MapGrpcReflectionService_WithoutAddGrpcReflection_SaysWhatToCall()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartAsync(_ => { }, app => app.MapGrpcReflectionService()));
        Assert.Equal("MapGrpcReflectionService needs the services of AddGrpcReflection: call services.AddGrpcReflection() before the application is built.", e.Message);
    }

    [Fact]
    public async Task ReflectionServiceImpl_WithServicesOfTheProgram_TellsOfThese()
    {
        var zoo = Protos.Zoo.Descriptor;
        var reflection = new ReflectionServiceImpl(["any.Name"], SymbolRegistry.FromFiles([zoo.File, TimestampReflection.Descriptor]));
        await using var server = await TestServer.StartAsync(services => services.AddSingleton(reflection), app => app.MapGrpcService<ReflectionServiceImpl>());
        using var call = new ReflectionCall(server.Channel, "v1alpha");
        Assert.Equal("any.Name", Assert.Single((await call.AskAsync(new() { ListServices = "" })).ListServicesResponse.Service).Name);
        Assert.Equal("zoo/zoo.proto", (await NamesAsync(call, "zoo/zoo.proto"))[0]);
    }

    private ReflectionCall Ask(string version) => new(_server.Channel, version);

    private static async Task<string[]> NamesAsync(ReflectionCall call, string file, string host = "") =>
        Names((await call.AskAsync(new() { Host = host, FileByFilename = file })).FileDescriptorResponse);

    private static string[] Names(FileDescriptorResponse files) => [.. files.FileDescriptorProto.Select(bytes => FileDescriptorProto.Parser.ParseFrom(bytes).Name)];

    private sealed class ZooService : Protos.Zoo.ZooBase;
}
