using Lstm.Engine.Scheduling;

namespace Lstm.Engine.Tests.Scheduling;

/// <summary>Makes jobs for nyc-taxi.</summary>
internal static class Jobs
{
    /// <summary>A job that is ready to run.</summary>
    public static StepJob Create(Model model, string tenant = "", int sessions = 1, int steps = 1)
    {
        var job = new StepJob { Tenant = tenant };
        job.Begin(model);
        for (int n = 0; n < sessions; n++)
        {
            job.Add(model.CreateState().Row, new float[steps * 5], new float[steps * 3], default, steps);
        }
        return job;
    }
}
