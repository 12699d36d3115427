using Lstm.Service.Sessions;

namespace Lstm.Service.Tests.Sessions;

public sealed class FiniteFloatsTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void FindOther_AtEveryPlace_GivesTheFirst(float other)
    {
        for (int length = 0; length < 80; length++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(static n => n % 3 == 0 ? float.MaxValue : n % 3 == 1 ? -float.Epsilon : 0)];
            Assert.Equal(-1, FiniteFloats.FindOther(values));
            for (int at = length - 1; at >= 0; at--)
            {
                values[at] = other;
                Assert.Equal(at, FiniteFloats.FindOther(values));
            }
        }
    }
}
