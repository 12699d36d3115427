namespace Lstm.Client.Tests;

/// <summary>Tests that share one service.</summary>
[CollectionDefinition(Name)]
public sealed class ServiceGroup : ICollectionFixture<ServiceFixture>
{
    public const string Name = "service";
}
