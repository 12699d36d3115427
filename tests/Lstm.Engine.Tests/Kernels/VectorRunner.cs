using Lstm.Engine.Kernels;

namespace Lstm.Engine.Tests.Kernels;

/// <summary>Runs code that is generic over the vector on a width chosen at run time.</summary>
internal static class VectorRunner
{
    public static void Run<TWork>(int lanes, TWork work)
        where TWork : IVectorWork
    {
        switch ((VectorWidth)lanes)
        {
            case VectorWidth.Bits512:
                work.Run<Float512>();
                break;
            case VectorWidth.Bits256:
                work.Run<Float256>();
                break;
            case VectorWidth.Bits128:
                work.Run<Float128>();
                break;
            default:
                work.Run<Float1>();
                break;
        }
    }
}

internal interface IVectorWork
{
    void Run<V>()
        where V : struct, IFloatVector<V>;
}
