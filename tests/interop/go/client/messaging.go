package main

import (
	"context"

	"github.com/golang/protobuf/proto"
	"google.golang.org/grpc"

	pb "grpc/testing"
)

func emptyUnary(ctx context.Context, to services) {
	response, err := to.test.EmptyCall(ctx, &pb.Empty{})
	expectOk(err)
	expect("size", 0, proto.Size(response))
}

func largeUnary(ctx context.Context, to services) {
	expectLarge(ctx, to, large())
}

func expectLarge(ctx context.Context, to services, request *pb.SimpleRequest, options ...grpc.CallOption) {
	response, err := to.test.UnaryCall(ctx, request, options...)
	expectOk(err)
	expect("size", 314159, len(response.GetPayload().GetBody()))
}

func clientStreaming(ctx context.Context, to services) {
	stream, err := to.test.StreamingInputCall(ctx)
	expectOk(err)
	for _, size := range requestSizes {
		expectOk(stream.Send(&pb.StreamingInputCallRequest{Payload: zeros(size)}))
	}
	response, err := stream.CloseAndRecv()
	expectOk(err)
	expect("sum", int32(74922), response.GetAggregatedPayloadSize())
}

func serverStreaming(ctx context.Context, to services) {
	request := &pb.StreamingOutputCallRequest{}
	for _, size := range responseSizes {
		request.ResponseParameters = append(request.ResponseParameters, &pb.ResponseParameters{Size: size})
	}
	stream, err := to.test.StreamingOutputCall(ctx, request)
	expectOk(err)
	for _, size := range responseSizes {
		expectSize(size, stream)
	}
	expectNoMore(stream)
}

func pingPong(ctx context.Context, to services) {
	stream, err := to.test.FullDuplexCall(ctx)
	expectOk(err)
	for i, size := range requestSizes {
		expectOk(stream.Send(duplex(size, responseSizes[i])))
		expectSize(responseSizes[i], stream)
	}
	expectOk(stream.CloseSend())
	expectNoMore(stream)
}

func emptyStream(ctx context.Context, to services) {
	stream, err := to.test.FullDuplexCall(ctx)
	expectOk(err)
	expectOk(stream.CloseSend())
	expectNoMore(stream)
}
