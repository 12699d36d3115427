package main

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "grpc/testing"
)

func statusCodeAndMessage(ctx context.Context, to services) {
	const message = "test status message"
	expectEchoOfUnary(ctx, to, message)

	stream, err := to.test.FullDuplexCall(ctx)
	expectOk(err)
	expectOk(stream.Send(&pb.StreamingOutputCallRequest{ResponseStatus: unknown(message)}))
	expectOk(stream.CloseSend())
	_, err = stream.Recv()
	expectUnknown(message, err)
}

func specialStatusMessage(ctx context.Context, to services) {
	expectEchoOfUnary(ctx, to, "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")
}

func expectEchoOfUnary(ctx context.Context, to services, message string) {
	_, err := to.test.UnaryCall(ctx, &pb.SimpleRequest{ResponseStatus: unknown(message)})
	expectUnknown(message, err)
}

func unknown(message string) *pb.EchoStatus {
	return &pb.EchoStatus{Code: int32(codes.Unknown), Message: message}
}

func expectUnknown(message string, err error) {
	expectStatus(codes.Unknown, err)
	expect("status message", message, status.Convert(err).Message())
}

func unimplementedMethod(ctx context.Context, to services) {
	_, err := to.test.UnimplementedCall(ctx, &pb.Empty{})
	expectStatus(codes.Unimplemented, err)
}

func unimplementedService(ctx context.Context, to services) {
	_, err := to.unimplemented.UnimplementedCall(ctx, &pb.Empty{})
	expectStatus(codes.Unimplemented, err)
}
