using Lstm.Cli.Hosting;

namespace Lstm.Cli.Demo.View;

/// <summary>What to try on a service that was left running.</summary>
internal static class WhatNextText
{
    /// <summary>Writes addresses and commands that work as they stand.</summary>
    public static void Write(TextWriter output, ServiceProcess service, string sessionId)
    {
        string grpc = new Uri(service.GrpcAddress).Authority;
        output.WriteLine(
            $$"""
            The service goes on running. Try:

              # the API in a browser
              {{service.HttpAddress}}/swagger

              # the session of the demo, and one more step of it
              curl {{service.HttpAddress}}/v1/sessions/{{sessionId}}
              curl {{service.HttpAddress}}/v1/sessions/{{sessionId}}:step \
                -H 'Content-Type: application/json' -d '{"x":[26000,0,1,0,1]}'

              # its h and c
              ./lstm sessions get {{sessionId}} --state --address {{grpc}}

              # gRPC for clients of your own: protos/lstm/v1/inference.proto
              {{grpc}}

            Its log: {{service.LogFile}}
            Stop it: kill {{service.Id}}
            """);
    }
}
