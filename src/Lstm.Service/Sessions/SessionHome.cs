using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Sessions;

/// <summary>What the sessions of one model share, so that each of them stays small.</summary>
/// <param name="Model">Their model.</param>
/// <param name="Options">Limits.</param>
/// <param name="Time">The clock.</param>
/// <param name="Meter">Where steps are counted.</param>
internal sealed record SessionHome(ServedModel Model, SessionsOptions Options, TimeProvider Time, LstmMeter Meter)
{
    /// <summary>Where their states lie.</summary>
    public StatePool States { get; } = new(Model.Model);
}
