package main

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "grpc/testing"
)

type service struct {
	pb.UnimplementedTestServiceServer
}

func (*service) EmptyCall(ctx context.Context, _ *pb.Empty) (*pb.Empty, error) {
	return &pb.Empty{}, echoMetadata(ctx)
}

func (*service) UnaryCall(ctx context.Context, request *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	if err := firstError(echoMetadata(ctx), checkCompressed(ctx, request.ExpectCompressed), echoStatus(request.ResponseStatus)); err != nil {
		return nil, err
	}
	return &pb.SimpleResponse{Payload: zeros(request.ResponseSize)}, nil
}

func (*service) StreamingInputCall(stream pb.TestService_StreamingInputCallServer) error {
	if err := echoMetadata(stream.Context()); err != nil {
		return err
	}
	size := 0
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: int32(size)})
		}
		if err != nil {
			return err
		}
		if err := checkCompressed(stream.Context(), request.ExpectCompressed); err != nil {
			return err
		}
		size += len(request.GetPayload().GetBody())
	}
}

func (*service) StreamingOutputCall(request *pb.StreamingOutputCallRequest, stream pb.TestService_StreamingOutputCallServer) error {
	return firstError(echoMetadata(stream.Context()), respond(request, stream))
}

func (*service) FullDuplexCall(stream pb.TestService_FullDuplexCallServer) error {
	if err := echoMetadata(stream.Context()); err != nil {
		return err
	}
	for {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err := firstError(err, respond(request, stream)); err != nil {
			return err
		}
	}
}

func respond(request *pb.StreamingOutputCallRequest, stream interface {
	Send(*pb.StreamingOutputCallResponse) error
}) error {
	if err := echoStatus(request.GetResponseStatus()); err != nil {
		return err
	}
	for _, parameters := range request.GetResponseParameters() {
		time.Sleep(time.Duration(parameters.IntervalUs) * time.Microsecond)
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: zeros(parameters.Size)}); err != nil {
			return err
		}
	}
	return nil
}

func echoMetadata(ctx context.Context) error {
	const initial, trailing = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
	sent, _ := metadata.FromIncomingContext(ctx)
	header, trailer := metadata.MD{}, metadata.MD{}
	header.Append(initial, sent.Get(initial)...)
	trailer.Append(trailing, sent.Get(trailing)...)
	return firstError(grpc.SetHeader(ctx, header), grpc.SetTrailer(ctx, trailer))
}

func echoStatus(wanted *pb.EchoStatus) error {
	return status.Error(codes.Code(wanted.GetCode()), wanted.GetMessage())
}

func zeros(size int32) *pb.Payload {
	return &pb.Payload{Body: make([]byte, size)}
}

func firstError(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}
