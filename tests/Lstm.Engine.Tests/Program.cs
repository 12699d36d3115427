using Lstm.Engine.Tests.Laws;

// The test runner loads this assembly as a library. As a program it is the other process of InstructionSetTests.
if (args is not ["law-2", { } seed])
{
    Console.Error.WriteLine($"Expected 'law-2 SEED' but got '{string.Join(' ', args)}'. To run the tests: dotnet test.");
    return 2;
}
Console.WriteLine(LawProbe.Processor);
foreach (string line in LawProbe.Run(int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)))
{
    Console.WriteLine(line);
}
return 0;
