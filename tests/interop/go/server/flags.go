package main

import (
	"context"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	pb "grpc/testing"
)

// Which of a call's requests came compressed.
type flags struct {
	lock       sync.Mutex
	compressed []bool
}

type flagsKey struct{}

// grpc-go shows no flags. It tells how long a message was on its way and how long it is.
type flagsHandler struct{}

func (flagsHandler) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, flagsKey{}, &flags{})
}

func (flagsHandler) HandleRPC(ctx context.Context, event stats.RPCStats) {
	const header = 5
	if request, ok := event.(*stats.InPayload); ok {
		of := ctx.Value(flagsKey{}).(*flags)
		of.lock.Lock()
		defer of.lock.Unlock()
		of.compressed = append(of.compressed, request.WireLength != header+request.Length)
	}
}

func (flagsHandler) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (flagsHandler) HandleConn(context.Context, stats.ConnStats) {}

// Whether the last request came as it should.
func checkCompressed(ctx context.Context, expected *pb.BoolValue) error {
	of := ctx.Value(flagsKey{}).(*flags)
	of.lock.Lock()
	defer of.lock.Unlock()
	if expected != nil && expected.Value != of.compressed[len(of.compressed)-1] {
		return status.Errorf(codes.InvalidArgument, "Expected a compressed message: %v, but found the contrary.", expected.Value)
	}
	return nil
}
