using Lstm.Models;

// The test runner loads this assembly as a library. As a program it is the process in which files are tried.
if (args is not [ModelProbe.Argument, .. var probe])
{
    Console.Error.WriteLine($"Expected '{ModelProbe.Argument} …' but got '{string.Join(' ', args)}'. To run the tests: dotnet test.");
    return 2;
}
return ModelProbe.Run(probe);
