using System.CommandLine;
using Lstm.Cli;
using Lstm.HostilePeers;

var attacks = new Option<string[]>("--attack") { Description = "Only these attacks; by default all of them.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
attacks.AcceptOnlyFromAmong([.. AttackCatalog.All.Select(attack => attack.Name)]);
var seconds = new Option<double>("--seconds") { Description = "How long each attack runs, and the quiet time that it is compared with.", DefaultValueFactory = _ => 5 };
var rate = new Option<double>("--rate") { Description = "Steps a second of the client that behaves.", DefaultValueFactory = _ => 200 };
var json = new Option<bool>("--json") { Description = "Print one JSON object a line." };
var list = new Option<bool>("--list") { Description = "List the attacks and what each does." };
foreach (var number in new[] { seconds, rate })
{
    number.Validators.Add(result =>
    {
        if (!(result.GetValueOrDefault<double>() is > 0 and <= 10_000))
            result.AddError($"{number.Name}: expected a number above 0, at most 10,000.");
    });
}

var root = new RootCommand("Starts the service, attacks it by raw HTTP/2, and measures what others see of it: memory, processor time, latency of a client that behaves, and what the attacker was told.")
{
    attacks, seconds, rate, json, list,
};
root.SetAction(async (parsed, cancellation) =>
{
    if (parsed.GetValue(list))
    {
        foreach (var attack in AttackCatalog.All)
            Console.WriteLine($"{attack.Name,-22} {attack.What}");
        return 0;
    }

    string[] wanted = parsed.GetValue(attacks) is { Length: > 0 } some ? some : [.. AttackCatalog.All.Select(attack => attack.Name)];
    var printer = new ResultPrinter(Console.Out, parsed.GetValue(json));
    printer.Begin();
    try
    {
        bool stood = true;
        foreach (var attack in AttackCatalog.All.Where(attack => wanted.Contains(attack.Name)))
        {
            var result = await Trial.RunAsync(attack, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), cancellation);
            printer.Print(result);
            stood &= result.Fault is null;
        }

        return stood ? 0 : 1;
    }
    catch (CommandFailedException failure)
    {
        await Console.Error.WriteLineAsync(failure.Message);
        return 1;
    }
});
return await root.Parse(args).InvokeAsync();
