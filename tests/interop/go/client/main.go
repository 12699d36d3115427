// Runs the standard interoperability cases (grpc/grpc doc/interop-test-descriptions.md) with grpc-go.
//
//	client HOST:PORT [CA_FILE]     the file holds the certificate to trust; without it, HTTP/2 in clear
//
// A line for each case: "ok NAME" or "FAILED NAME: reason".
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	pb "grpc/testing"
)

// How long a case may take.
const limit = 20 * time.Second

// What the cases call.
type services struct {
	test          pb.TestServiceClient
	unimplemented pb.UnimplementedServiceClient
}

var cases = []struct {
	name string
	run  func(context.Context, services)
}{
	{"empty_unary", emptyUnary},
	{"large_unary", largeUnary},
	{"client_compressed_unary", clientCompressedUnary},
	{"server_compressed_unary", serverCompressedUnary},
	{"client_streaming", clientStreaming},
	{"client_compressed_streaming", clientCompressedStreaming},
	{"server_streaming", serverStreaming},
	{"server_compressed_streaming", serverCompressedStreaming},
	{"ping_pong", pingPong},
	{"empty_stream", emptyStream},
	{"custom_metadata", customMetadata},
	{"status_code_and_message", statusCodeAndMessage},
	{"special_status_message", specialStatusMessage},
	{"unimplemented_method", unimplementedMethod},
	{"unimplemented_service", unimplementedService},
	{"cancel_after_begin", cancelAfterBegin},
	{"cancel_after_first_response", cancelAfterFirstResponse},
	{"timeout_on_sleeping_server", timeoutOnSleepingServer},
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "Expected HOST:PORT [CA_FILE].")
		os.Exit(2)
	}
	channel, err := dial(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer channel.Close()
	to := services{pb.NewTestServiceClient(channel), pb.NewUnimplementedServiceClient(channel)}
	failed := 0
	for _, each := range cases {
		if reason := run(each.run, to); reason != nil {
			failed = 1
			fmt.Printf("FAILED %s: %s\n", each.name, strings.ReplaceAll(fmt.Sprint(reason), "\n", " "))
		} else {
			fmt.Println("ok", each.name)
		}
	}
	os.Exit(failed)
}

func dial(address string, authority []string) (*grpc.ClientConn, error) {
	if len(authority) == 0 {
		return grpc.Dial(address, grpc.WithInsecure())
	}
	trusted, err := credentials.NewClientTLSFromFile(authority[0], "")
	if err != nil {
		return nil, err
	}
	return grpc.Dial(address, grpc.WithTransportCredentials(trusted))
}

// The reason why a case failed; nil: it did not.
func run(test func(context.Context, services), to services) (reason interface{}) {
	defer func() { reason = recover() }()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	test(ctx, to)
	return nil
}
