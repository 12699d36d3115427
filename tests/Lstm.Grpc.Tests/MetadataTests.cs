using Grpc.Core;

namespace Lstm.Grpc.Tests;

public sealed class MetadataTests
{
    [Fact]
    public void Get_NameInAnyCase_GivesTheLastValue()
    {
        var metadata = new Metadata { { "X-Name", "first" }, { "x-name", "last" }, { "x-name-bin", [1] } };

        Assert.Equal("last", metadata.GetValue("X-NAME"));
        Assert.Equal(["first", "last"], metadata.GetAll("x-name").Select(entry => entry.Value));
        Assert.Equal("x-name", metadata[0].Key);
        Assert.Null(metadata.GetValue("other"));
        Assert.Throws<InvalidOperationException>(() => metadata.GetValue("x-name-bin"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("\u00fc")]
    public void Add_NameNotAllowed_Throws(string name) => Assert.Throws<ArgumentException>(() => new Metadata().Add(name, "value"));

    [Fact]
    public void Add_TextUnderABinaryName_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Metadata().Add("x-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata().Add("x", [1]));
    }

    [Fact]
    public void Empty_Changed_Throws() => Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("x", "y"));

    [Fact]
    public void ValueBytes_Changed_LeaveTheEntryAlone()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("x-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.Equal([1, 2], entry.ValueBytes);
    }
}
