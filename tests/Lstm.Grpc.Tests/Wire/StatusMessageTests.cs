using Grpc.Wire;

namespace Lstm.Grpc.Tests.Wire;

/// <summary>grpc/grpc doc/PROTOCOL-HTTP2.md: Status-Message is percent-encoded UTF-8, and a decoder must not fail.</summary>
public sealed class StatusMessageTests
{
    [Fact]
    public void Encode_LoneSurrogate_BecomesTheReplacementCharacter() => Assert.Equal("a%EF%BF%BDb", StatusMessage.Encode("a\uD800b"));

    [Theory]
    [InlineData("%E2%98%BA", "\u263a")]
    [InlineData("%e2%98%ba", "\u263a")]
    [InlineData("100%", "100%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%FF", "\uFFFD")]
    public void Decode_AnyText_DoesNotFail(string value, string expected) => Assert.Equal(expected, StatusMessage.Decode(value));

    [Fact]
    public void Decode_WhatWasEncoded_IsTheText()
    {
        string text = string.Concat(Enumerable.Range(0, 0x300).Select(value => (char)value)) + "\U0001F608 %25 %";

        Assert.Equal(text, StatusMessage.Decode(StatusMessage.Encode(text)));
    }
}
