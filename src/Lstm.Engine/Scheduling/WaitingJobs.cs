using System.Diagnostics;

namespace Lstm.Engine.Scheduling;

/// <summary>
/// The jobs that wait for a lane: places in a batch, and in the queue when it is full, are shared over tenants first and
/// over their jobs then. A tenant is known here while it waits and no longer: names that somebody makes up are not kept. Waiting
/// allocates nothing once warm. Not for several threads at once.
/// </summary>
/// <param name="maxBatch">Places in a batch.</param>
/// <param name="maxQueue">Sessions that may wait.</param>
internal sealed class WaitingJobs(int maxBatch, int maxQueue)
{
    // Those without a name are the usual case and need no dictionary.
    private readonly WaitingTenant _unnamed = new();
    private readonly Dictionary<string, WaitingTenant> _named = new(StringComparer.Ordinal);
    private readonly Queue<WaitingTenant> _turns = new();
    private readonly Stack<WaitingTenant> _spares = new();
    private readonly List<WaitingTenant> _served = [];
    private int _front;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _turns.Count == 0;

    /// <summary>Sessions that wait.</summary>
    public int Sessions { get; private set; }

    /// <summary>Tenants that wait.</summary>
    public int Tenants => _turns.Count;

    /// <summary>Puts a job that came from a caller at the end of its tenant's, unless the queue is full and the tenant has its share of it.</summary>
    /// <param name="job">The job.</param>
    /// <exception cref="QueueFullException">Nothing was queued.</exception>
    /// <remarks>
    /// What waits is bounded by 2 · maxQueue and one job: up to maxQueue everybody is let in, beyond it tenants with less than their share, and
    /// from 2 · maxQueue on nobody. A tenant's first job is let in whatever its size: a large one would have to wait for ever otherwise. What
    /// lanes had taken out and give back unfinished comes on top.
    /// </remarks>
    public void Admit(StepJob job)
    {
        if (Sessions > 0 && (long)Sessions + job.Open > maxQueue)
        {
            if (Sessions >= 2L * maxQueue)
            {
                throw new QueueFullException(maxQueue, maxQueue);
            }
            int share = maxQueue / _turns.Count;
            int held = Find(job.Tenant)?.Sessions ?? 0;
            if (held > 0 && (long)held + job.Open > share)
            {
                throw new QueueFullException(maxQueue, share);
            }
        }
        Add(job);
    }

    /// <summary>Puts a job at the end of its tenant's.</summary>
    /// <param name="job">The job.</param>
    public void Add(StepJob job)
    {
        job.WaitingSince = Stopwatch.GetTimestamp();
        WaitingTenant tenant = Find(job.Tenant) ?? Begin(job.Tenant);
        if (tenant.Jobs == 0)
        {
            _turns.Enqueue(tenant);
        }
        tenant.Enqueue(job);
        Sessions += job.Open;
    }

    /// <summary>Takes out what runs in the next batch: an equal share of its places for every tenant, and what some do not need for the others.</summary>
    /// <param name="jobs">Where the jobs go, those of a tenant side by side.</param>
    /// <param name="shares">Where it goes how many of the jobs are one tenant's, and what places they have together.</param>
    public void Take(List<StepJob> jobs, List<TenantShare> shares)
    {
        if (IsEmpty)
        {
            return;
        }
        while (_served.Count < maxBatch && _turns.TryDequeue(out WaitingTenant? tenant))
        {
            tenant.Places = 0;
            _served.Add(tenant);
        }
        SharePlaces();
        foreach (WaitingTenant tenant in _served)
        {
            Sessions -= tenant.Sessions;
            var share = new TenantShare(Math.Min(tenant.Jobs, tenant.Places), tenant.Places);
            for (int n = 0; n < share.Jobs; n++)
            {
                jobs.Add(tenant.Dequeue());
            }
            Sessions += tenant.Sessions;
            shares.Add(share);
            if (tenant.Jobs > 0)
            {
                _turns.Enqueue(tenant);
            }
            else
            {
                End(tenant);
            }
        }
        _served.Clear();
    }

    // In rounds of equal shares, until there are no places or nobody needs more. The last round may not reach all: others are in front each time.
    private void SharePlaces()
    {
        int places = maxBatch;
        for (int wanting = _served.Count; places > 0 && wanting > 0;)
        {
            int share = Math.Max(1, places / wanting);
            wanting = 0;
            for (int n = 0; n < _served.Count; n++)
            {
                WaitingTenant tenant = _served[(_front + n) % _served.Count];
                int more = Math.Min(Math.Min(share, places), tenant.Sessions - tenant.Places);
                tenant.Places += more;
                places -= more;
                wanting += tenant.Places < tenant.Sessions ? 1 : 0;
            }
        }
        _front = (_front + maxBatch) % _served.Count;
    }

    private WaitingTenant? Find(string name) => name.Length == 0 ? _unnamed : _named.GetValueOrDefault(name);

    private WaitingTenant Begin(string name)
    {
        WaitingTenant tenant = _spares.TryPop(out WaitingTenant? spare) ? spare : new WaitingTenant();
        tenant.Name = name;
        _named.Add(name, tenant);
        return tenant;
    }

    private void End(WaitingTenant tenant)
    {
        if (tenant == _unnamed)
        {
            return;
        }
        _named.Remove(tenant.Name);
        tenant.Name = "";
        if (_spares.Count < maxBatch)
        {
            _spares.Push(tenant);
        }
    }
}
