package main

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"

	pb "grpc/testing"
)

func cancelAfterBegin(ctx context.Context, to services) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := to.test.StreamingInputCall(ctx)
	expectOk(err)
	cancel()
	_, err = stream.CloseAndRecv()
	expectStatus(codes.Canceled, err)
}

func cancelAfterFirstResponse(ctx context.Context, to services) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := to.test.FullDuplexCall(ctx)
	expectOk(err)
	expectOk(stream.Send(duplex(27182, 31415)))
	expectSize(31415, stream)
	cancel()
	_, err = stream.Recv()
	expectStatus(codes.Canceled, err)
}

func timeoutOnSleepingServer(ctx context.Context, to services) {
	ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	stream, err := to.test.FullDuplexCall(ctx)
	if err == nil {
		// The deadline may come first; the status is told to who receives.
		_ = stream.Send(&pb.StreamingOutputCallRequest{Payload: zeros(27182)})
		_, err = stream.Recv()
	}
	expectStatus(codes.DeadlineExceeded, err)
}
