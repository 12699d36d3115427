package main

import pb "grpc/testing"

var (
	requestSizes  = []int{27182, 8, 1828, 45904}
	responseSizes = []int32{31415, 9, 2653, 58979}
)

var yes, no = &pb.BoolValue{Value: true}, &pb.BoolValue{Value: false}

func zeros(size int) *pb.Payload {
	return &pb.Payload{Body: make([]byte, size)}
}

func large() *pb.SimpleRequest {
	return &pb.SimpleRequest{ResponseSize: 314159, Payload: zeros(271828)}
}

func duplex(size int, responseSize int32) *pb.StreamingOutputCallRequest {
	return &pb.StreamingOutputCallRequest{Payload: zeros(size), ResponseParameters: []*pb.ResponseParameters{{Size: responseSize}}}
}

// The receiving half of a call with a stream of responses.
type streamingOutput interface {
	Recv() (*pb.StreamingOutputCallResponse, error)
}

func expectSize(size int32, stream streamingOutput) {
	response, err := stream.Recv()
	expectOk(err)
	expect("size", int(size), len(response.GetPayload().GetBody()))
}

func expectNoMore(stream streamingOutput) {
	_, err := stream.Recv()
	expectEnd(err)
}
