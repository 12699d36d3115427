using Lstm.Cli.Verify.Runtime;

namespace Lstm.Cli.Tests.Verify;

public sealed class StateNamesTests
{
    [Theory]
    [InlineData("h0", "hn")]
    [InlineData("h0", "h0_next")]
    [InlineData("h_in", "h_out")]
    [InlineData("state", "stateN")]
    [InlineData("cache_last_channel_len", "cache_last_channel_len_next")]
    [InlineData("cache_x", "new_cache_x")]
    [InlineData("past_key_1", "present_key_1")]
    [InlineData("past", "past_out")]
    [InlineData("initial_hidden", "final_hidden")]
    [InlineData("decoder_hidden", "decoder_hidden_out")]
    public void AreAkin_NamesOfOneState_Are(string input, string output)
    {
        Assert.True(StateNames.AreAkin(input, output));
        Assert.True(StateNames.IsOfState(input));
    }

    [Theory]
    [InlineData("x", "y")]
    [InlineData("input", "output")]
    [InlineData("h0", "cn")]
    [InlineData("past_key_1", "present_key_2")]
    [InlineData("prev_target", "mu")]
    [InlineData("frame", "enhanced")]
    [InlineData("h", "h")]
    [InlineData("x_in", "y_out")]
    public void AreAkin_NamesOfOtherThings_AreNot(string input, string output) => Assert.False(StateNames.AreAkin(input, output));

    [Theory]
    [InlineData("audio_in")]
    [InlineData("frame")]
    [InlineData("x")]
    [InlineData("sr")]
    public void IsOfState_NameOfData_IsNot(string name) => Assert.False(StateNames.IsOfState(name));
}
