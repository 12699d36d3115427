using System.CommandLine;
using Lstm.SessionBench;

var count = new Option<int>("--count") { Description = "Sessions to open, at least 1000.", DefaultValueFactory = _ => 1_000_000 };
var model = new Option<string>("--model") { Description = "A folder with the model.", DefaultValueFactory = _ => "models/nyc-taxi" };
var json = new Option<bool>("--json") { Description = "One JSON object." };
var command = new RootCommand("Opens sessions in one process and steps random ones: memory, opens per second, nanoseconds per step.") { count, model, json };
command.SetAction(parsed =>
{
    var report = SessionBench.Run(parsed.GetValue(count), Path.GetFullPath(parsed.GetValue(model)!), parsed.InvocationConfiguration.Error); // not null: it has a default
    parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? report.ToJson() : report.ToText());
});
return command.Parse(args).Invoke();
