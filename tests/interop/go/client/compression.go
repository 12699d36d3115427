package main

import (
	"compress/zlib"
	"context"
	"io"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"

	pb "grpc/testing"
)

// grpc-go inflates a message if, and only if, its compressed flag is set.
var inflated int32

// An encoding that counts the messages it inflates.
type counted struct{ encoding.Compressor }

func (c counted) Decompress(r io.Reader) (io.Reader, error) {
	atomic.AddInt32(&inflated, 1)
	return c.Compressor.Decompress(r)
}

// grpc-go brings gzip alone. The deflate of gRPC has the frame of zlib.
type deflate struct{}

func (deflate) Name() string                                       { return "deflate" }
func (deflate) Compress(w io.Writer) (io.WriteCloser, error)       { return zlib.NewWriter(w), nil }
func (deflate) Decompress(r io.Reader) (reader io.Reader, e error) { return zlib.NewReader(r) }

func init() {
	encoding.RegisterCompressor(counted{encoding.GetCompressor(gzip.Name)})
	encoding.RegisterCompressor(counted{deflate{}})
}

func clientCompressedUnary(ctx context.Context, to services) {
	compressed, plain := large(), large()
	compressed.ExpectCompressed, plain.ExpectCompressed = yes, no
	_, err := to.test.UnaryCall(ctx, compressed)
	expectStatus(codes.InvalidArgument, err)
	for _, name := range []string{"gzip", "deflate"} {
		expectLarge(ctx, to, compressed, grpc.UseCompressor(name))
	}
	expectLarge(ctx, to, plain)
}

func clientCompressedStreaming(ctx context.Context, to services) {
	first := &pb.StreamingInputCallRequest{Payload: zeros(27182), ExpectCompressed: yes}
	second := &pb.StreamingInputCallRequest{Payload: zeros(45904), ExpectCompressed: no}
	probe, err := to.test.StreamingInputCall(ctx, grpc.UseCompressor(gzip.Name))
	expectOk(err)
	expectOk(probe.SendMsg(uncompressed(ctx, to, first)))
	_, err = probe.CloseAndRecv()
	expectStatus(codes.InvalidArgument, err)

	stream, err := to.test.StreamingInputCall(ctx, grpc.UseCompressor(gzip.Name))
	expectOk(err)
	expectOk(stream.Send(first))
	expectOk(stream.SendMsg(uncompressed(ctx, to, second)))
	response, err := stream.CloseAndRecv()
	expectOk(err)
	expect("sum", int32(73086), response.GetAggregatedPayloadSize())
}

// grpc-go has no option by which one message goes uncompressed in a call that compresses, but it sends a message as another call,
// one that does not compress, has prepared it.
func uncompressed(ctx context.Context, to services, request *pb.StreamingInputCallRequest) *grpc.PreparedMsg {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	other, err := to.test.StreamingInputCall(ctx)
	expectOk(err)
	var prepared grpc.PreparedMsg
	expectOk(prepared.Encode(other, request))
	return &prepared
}

func serverCompressedUnary(ctx context.Context, to services) {
	for _, compressed := range []*pb.BoolValue{yes, no} {
		request := large()
		request.ResponseCompressed = compressed
		expectInflated(compressed, func() { expectLarge(accepting(ctx), to, request) })
	}
}

func serverCompressedStreaming(ctx context.Context, to services) {
	responses := []*pb.ResponseParameters{{Size: 31415, Compressed: yes}, {Size: 92653, Compressed: no}}
	stream, err := to.test.StreamingOutputCall(accepting(ctx), &pb.StreamingOutputCallRequest{ResponseParameters: responses})
	expectOk(err)
	for _, response := range responses {
		expectInflated(response.Compressed, func() { expectSize(response.Size, stream) })
	}
	expectNoMore(stream)
}

// grpc-go tells servers of the encoding only that it compresses requests with; it accepts all that are registered.
func accepting(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "grpc-accept-encoding", "gzip,deflate")
}

// Of the one message that is received.
func expectInflated(expected *pb.BoolValue, receive func()) {
	before := atomic.LoadInt32(&inflated)
	receive()
	expect("compressed flag", expected.Value, atomic.LoadInt32(&inflated) != before)
}
