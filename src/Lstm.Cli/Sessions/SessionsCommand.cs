using System.CommandLine;
using System.Globalization;
using Lstm.Client;
using Lstm.V1;
using Spectre.Console;

namespace Lstm.Cli.Sessions;

/// <summary>lstm sessions list | get | close: looks at the sessions of a running server.</summary>
internal static class SessionsCommand
{
    private static readonly Option<string> Address = new("--address")
    {
        Description = "Where the server answers gRPC.",
        DefaultValueFactory = _ => "http://localhost:8001",
        HelpName = "URL",
        Recursive = true,
    };

    private static readonly Argument<string> Id = new("ID") { Description = "The session's id." };

    /// <summary>The command with its three parts.</summary>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "Only sessions of this model.", HelpName = "NAME" };
        var state = new Option<bool>("--state") { Description = "Show h and c of every layer, too." };

        var list = new Command("list", "List the open sessions.") { model };
        list.SetAction((parsed, cancellation) => CallAsync(parsed, client => ListAsync(client, parsed.GetValue(model), cancellation)));
        var get = new Command("get", "Show one session.") { Id, state };
        get.SetAction((parsed, cancellation) => CallAsync(parsed, async client =>
            Show(await client.GetSessionAsync(parsed.GetRequiredValue(Id), parsed.GetValue(state), cancellation))));
        var close = new Command("close", "End one session and drop its state.") { Id };
        close.SetAction((parsed, cancellation) => CallAsync(parsed, async client =>
            Show(await client.CloseSessionAsync(parsed.GetRequiredValue(Id), cancellation))));

        return new Command("sessions", "List, show or close sessions of a running server.") { list, get, close, Address };
    }

    private static async Task<int> CallAsync(ParseResult parsed, Func<LstmClient, Task> call)
    {
        string address = parsed.GetRequiredValue(Address);
        try
        {
            using var client = LstmClient.Connect(address);
            await call(client);
            return 0;
        }
        catch (LstmException failure)
        {
            throw new CommandFailedException($"{address}: {failure.Reason}: {failure.Message}", failure);
        }
        catch (ArgumentException failure)
        {
            throw new CommandFailedException($"--address: {failure.Message}", failure);
        }
    }

    private static async Task ListAsync(LstmClient client, string? model, CancellationToken cancellation)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("session", "model", "steps", "created (UTC)", "last step (UTC)");
        table.Columns[2].RightAligned();
        await foreach (Session session in client.ListSessionsAsync(model, cancellation))
        {
            table.AddRow(
                Markup.Escape(session.SessionId),
                Markup.Escape(session.Model),
                session.Step.ToString("N0", CultureInfo.InvariantCulture),
                Seconds(session.CreatedAt),
                Seconds(session.LastStepAt));
        }

        if (table.Rows.Count == 0)
            Console.WriteLine("No open sessions.");
        else
            Terminal.Output.Write(table);
    }

    /// <summary>RFC 3339 to what a table has room for.</summary>
    private static string Seconds(string time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out DateTimeOffset parsed)
            ? parsed.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "none yet";

    private static void Show(Session session)
    {
        Console.WriteLine($"session    {session.SessionId}");
        Console.WriteLine($"model      {session.Model}");
        Console.WriteLine($"steps      {session.Step.ToString("N0", CultureInfo.InvariantCulture)}");
        Console.WriteLine($"created    {session.CreatedAt}");
        Console.WriteLine($"last step  {(session.LastStepAt.Length == 0 ? "none yet" : session.LastStepAt)}");
        foreach (NamedTensor tensor in session.State)
        {
            string values = string.Join(' ', tensor.Values.Select(static v => v.ToString("G6", CultureInfo.InvariantCulture)).Concat(tensor.Integers.Select(static v => v.ToString(CultureInfo.InvariantCulture))));
            Console.WriteLine($"{tensor.Name} [{string.Join(',', tensor.Shape)}]  {values}");
        }
    }
}
