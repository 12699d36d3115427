using System.CommandLine;
using Lstm.LoadTest;

var seconds = new Option<double>("--seconds") { Description = "Length of one run.", DefaultValueFactory = _ => 10 };
var warmUp = new Option<double>("--warm-up") { Description = "Seconds of load before the first run.", DefaultValueFactory = _ => 10 };
var runs = new Option<int>("--runs") { Description = "Runs of each load; the table shows medians and the range.", DefaultValueFactory = _ => 5 };
var output = new Option<string?>("--output") { Description = "Also write the report to this file." };
var root = new RootCommand("Starts the service and measures it with nyc-taxi: start-up, idle memory, steps per second, latency.") { seconds, warmUp, runs, output };
root.SetAction(async (parsed, cancellation) =>
{
    var plan = new LoadPlan(TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(warmUp)), parsed.GetValue(runs));
    string report = await LoadTest.RunAsync(plan, cancellation);
    Console.WriteLine(report);
    if (parsed.GetValue(output) is { } path)
        await File.WriteAllTextAsync(path, report, cancellation);
});
return await root.Parse(args).InvokeAsync();
