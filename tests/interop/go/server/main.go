// Serves grpc.testing.TestService (grpc/grpc doc/interop-test-descriptions.md) with grpc-go.
//
//	server [CERTIFICATE_FILE KEY_FILE]     PEM; without them, HTTP/2 in clear
//
// Takes a free port of the loopback, prints the address, then serves until it is killed.
package main

import (
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip"

	pb "grpc/testing"
)

func main() {
	if len(os.Args) != 1 && len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "Expected nothing or CERTIFICATE_FILE KEY_FILE.")
		os.Exit(2)
	}
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(identity []string) error {
	scheme, options := "http", []grpc.ServerOption{grpc.StatsHandler(flagsHandler{})}
	if len(identity) > 0 {
		certificate, err := credentials.NewServerTLSFromFile(identity[0], identity[1])
		if err != nil {
			return err
		}
		scheme, options = "https", append(options, grpc.Creds(certificate))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(options...)
	pb.RegisterTestServiceServer(server, &service{})
	fmt.Printf("%s://%v\n", scheme, listener.Addr())
	return server.Serve(listener)
}
