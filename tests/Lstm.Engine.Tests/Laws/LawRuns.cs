namespace Lstm.Engine.Tests.Laws;

/// <summary>Ways to run the same sessions. Law 2 says that none of them shows in a single bit.</summary>
internal static class LawRuns
{
    /// <summary>Each session by itself, step by step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">x of every session, [T, input_size].</param>
    /// <returns>What each session left behind.</returns>
    public static Trail[] Alone(Model model, float[][] inputs)
    {
        Session[] sessions = Open(model, inputs);
        foreach (Session session in sessions)
        {
            while (!session.IsDone)
            {
                model.Step(session.State, session.X.Span, session.Y);
                session.Advance();
            }
        }
        return Trails(sessions);
    }

    /// <summary>
    /// In every step in a new order and cut into batches of other widths; the first batch of step t has t mod sessions + 1 of them, so that every
    /// width occurs. Now and then somebody looks at the gates.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">x of every session, all of one length.</param>
    /// <param name="random">Draws orders and widths.</param>
    /// <returns>What each session left behind.</returns>
    public static Trail[] Shuffled(Model model, float[][] inputs, Random random)
    {
        Session[] sessions = Open(model, inputs);
        Session[] order = [.. sessions];
        StepBatch batch = model.CreateBatch(sessions.Length);
        float[] gates = new float[model.Info.GateSize];
        for (int step = 0; !sessions[0].IsDone; step++)
        {
            random.Shuffle(order);
            int width = (step % order.Length) + 1;
            for (int first = 0; first < order.Length; first += width, width = random.Next(1, order.Length - first + 1))
            {
                RunBatch(batch, order.AsSpan(first, width), random.Next(4) == 0 ? gates : null);
                if (first + width == order.Length)
                {
                    break;
                }
            }
        }
        return Trails(sessions);
    }

    /// <summary>All sessions in one batch, in every step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">x of every session, all of one length.</param>
    /// <returns>What each session left behind.</returns>
    public static Trail[] Together(Model model, float[][] inputs)
    {
        Session[] sessions = Open(model, inputs);
        StepBatch batch = model.CreateBatch(sessions.Length);
        while (!sessions[0].IsDone)
        {
            RunBatch(batch, sessions, null);
        }
        return Trails(sessions);
    }

    /// <summary>On two threads at the same time, each with a batch of its own; in every step the sessions are dealt anew.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">x of every session, all of one length.</param>
    /// <param name="random">Deals.</param>
    /// <returns>What each session left behind.</returns>
    public static Trail[] OnTwoThreads(Model model, float[][] inputs, Random random)
    {
        Session[] sessions = Open(model, inputs);
        Session[] order = [.. sessions];
        int cut = 0;
        using var deal = new Barrier(2, _ =>
        {
            random.Shuffle(order);
            cut = random.Next(1, order.Length);
        });
        int steps = inputs[0].Length / model.Info.InputSize;
        void Run(int thread)
        {
            StepBatch batch = model.CreateBatch(sessions.Length);
            for (int step = 0; step < steps; step++)
            {
                deal.SignalAndWait();
                RunBatch(batch, thread == 0 ? order.AsSpan(0, cut) : order.AsSpan(cut), null);
            }
        }
        Task other = Task.Factory.StartNew(() => Run(1), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Run(0);
        other.GetAwaiter().GetResult();
        return Trails(sessions);
    }

    /// <summary>As whole sequences, all of them together.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">x of every session; lengths may differ.</param>
    /// <returns>What each session left behind, without the states in between.</returns>
    public static Trail[] Predicted(Model model, float[][] inputs)
    {
        Sequence[] sequences = [.. inputs.Select(x =>
        {
            int steps = x.Length / model.Info.InputSize;
            return new Sequence(model.CreateState(), steps, x, new float[steps * model.Info.OutputSize]);
        })];
        model.Predict(sequences);
        return [.. sequences.Select(static sequence =>
        {
            BitTrail y = default;
            for (int t = 0; t < sequence.Length; t++)
            {
                y.Take(sequence.Y.Span.Slice(t * sequence.Y.Length / sequence.Length, sequence.Y.Length / sequence.Length));
            }
            return new Trail(y.Value, 0, HashOf(sequence.State));
        })];
    }

    /// <summary>Hash of a state.</summary>
    /// <param name="state">The state.</param>
    /// <returns>Its hash.</returns>
    public static ulong HashOf(ModelState state)
    {
        BitTrail trail = default;
        trail.Take(state.Values);
        return trail.Value;
    }

    private static void RunBatch(StepBatch batch, ReadOnlySpan<Session> sessions, float[]? gates)
    {
        foreach (Session session in sessions)
        {
            batch.Add(session.State, session.X, session.Y, session == sessions[0] ? gates : null);
        }
        batch.Run();
        foreach (Session session in sessions)
        {
            session.Advance();
        }
    }

    private static Session[] Open(Model model, float[][] inputs) => [.. inputs.Select(x => new Session(model, x))];

    private static Trail[] Trails(Session[] sessions) => [.. sessions.Select(static s => s.Trail)];

    private sealed class Session(Model model, float[] inputs)
    {
        private readonly int _size = model.Info.InputSize;
        private BitTrail _outputs;
        private BitTrail _states;
        private int _step;

        public ModelState State { get; } = model.CreateState();

        public ReadOnlyMemory<float> X => inputs.AsMemory(_step * _size, _size);

        public float[] Y { get; } = new float[model.Info.OutputSize];

        public bool IsDone => _step * _size == inputs.Length;

        public Trail Trail => new(_outputs.Value, _states.Value, HashOf(State));

        public void Advance()
        {
            _outputs.Take(Y);
            _states.Take(State.Values);
            _step++;
        }
    }
}
