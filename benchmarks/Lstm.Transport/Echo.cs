using Lstm.Transport.Protos;

namespace Lstm.Transport;

/// <summary>What every transport answers.</summary>
internal static class Echo
{
    /// <summary>Floats of a row of a request.</summary>
    public const int Inputs = 16;

    /// <summary>Floats of a row of a reply: the first ones.</summary>
    public const int Outputs = 4;

    /// <summary>The reply to a request, as generated messages.</summary>
    /// <param name="request">The request.</param>
    /// <param name="count">Requests of this call so far.</param>
    /// <returns>The reply.</returns>
    public static EchoReply Answer(EchoRequest request, ulong count)
    {
        int rows = request.X.Count / Inputs;
        var reply = new EchoReply { Count = count };
        reply.Y.Capacity = rows * Outputs;
        for (int row = 0; row < rows; row++)
        {
            for (int n = 0; n < Outputs; n++)
                reply.Y.Add(request.X[(row * Inputs) + n]);
        }

        return reply;
    }
}
