using Grpc.Core;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// What generated code would be for lstm.v1.Inference/Predict with a request that is looked through before it is parsed. A class of its own, because a
/// binder looks for a handler among the virtual methods of the class that its method of binding names.
/// </summary>
[BindServiceMethod(typeof(PredictMethod), nameof(PredictMethod.Bind))]
internal abstract class PredictServiceBase
{
    /// <summary>Whole sequences through a model.</summary>
    /// <param name="request">From the client; whoever handles it gives it back.</param>
    /// <param name="context">The call.</param>
    /// <returns>The reply.</returns>
    public abstract Task<V1.PredictReply> Predict(PredictMessage request, ServerCallContext context);
}
