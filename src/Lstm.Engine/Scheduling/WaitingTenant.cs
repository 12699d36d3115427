using System.Diagnostics;

namespace Lstm.Engine.Scheduling;

/// <summary>The jobs of one tenant that wait, first come first served. They are chained through themselves: a long queue leaves no memory behind.</summary>
internal sealed class WaitingTenant
{
    private StepJob? _first;
    private StepJob? _last;

    /// <summary>Whose jobs.</summary>
    public string Name { get; set; } = "";

    /// <summary>Jobs that wait.</summary>
    public int Jobs { get; private set; }

    /// <summary>Sessions of these jobs that are not done.</summary>
    public int Sessions { get; private set; }

    /// <summary>Places that it has in the batch that is being put together.</summary>
    public int Places { get; set; }

    /// <summary>Puts a job at the end.</summary>
    /// <param name="job">The job.</param>
    public void Enqueue(StepJob job)
    {
        if (_last is null)
        {
            _first = job;
        }
        else
        {
            _last.Next = job;
        }
        _last = job;
        Jobs++;
        Sessions += job.Open;
    }

    /// <summary>Takes the first job out; there has to be one.</summary>
    /// <returns>The job.</returns>
    public StepJob Dequeue()
    {
        Debug.Assert(_first is not null, "a job waits");
        StepJob job = _first;
        _first = job.Next;
        if (_first is null)
        {
            _last = null;
        }
        job.Next = null;
        Jobs--;
        Sessions -= job.Open;
        return job;
    }
}
