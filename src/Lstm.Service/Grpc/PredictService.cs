using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Models;
using Lstm.Service.Predictions;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>lstm.v1.Inference/Predict; <see cref="InferenceService"/> and <see cref="StreamService"/> have the other methods.</summary>
internal sealed class PredictService(CallBoundary boundary, ModelCatalog models, Predictor predictor) : PredictServiceBase
{
    /// <inheritdoc/>
    public override Task<PredictReply> Predict(PredictMessage request, ServerCallContext context) => boundary.RunAsync(context, async () =>
    {
        var sequences = Read(request, out var model, out bool wantState);
        var results = await predictor.PredictAsync(model, sequences, wantState, context.CancellationToken);
        return PredictMessages.Write(model, results);
    });

    private PredictSequence[] Read(PredictMessage request, out ServedModel model, out bool wantState)
    {
        try
        {
            model = models.Get(request.Model);
            predictor.CheckCount(request.CountSequences());
            PredictMessageChecks.CheckStates(request.Bytes, model);
            var parsed = request.Parse();
            wantState = parsed.WantState;
            return PredictMessages.Read(parsed, model);
        }
        finally
        {
            request.Return();
        }
    }
}
