package main

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

const (
	echoInitial  = "x-grpc-test-echo-initial"
	echoTrailing = "x-grpc-test-echo-trailing-bin"
	initialText  = "test_initial_metadata_value"
	trailingText = "\xab\xab\xab"
)

func customMetadata(ctx context.Context, to services) {
	ctx = metadata.AppendToOutgoingContext(ctx, echoInitial, initialText, echoTrailing, trailingText)
	var header, trailer metadata.MD
	expectLarge(ctx, to, large(), grpc.Header(&header), grpc.Trailer(&trailer))
	expectEcho(header, trailer)

	stream, err := to.test.FullDuplexCall(ctx)
	expectOk(err)
	expectOk(stream.Send(duplex(271828, 314159)))
	expectOk(stream.CloseSend())
	header, err = stream.Header()
	expectOk(err)
	expectSize(314159, stream)
	expectNoMore(stream)
	expectEcho(header, stream.Trailer())
}

func expectEcho(header, trailer metadata.MD) {
	expect("initial metadata", initialText, strings.Join(header.Get(echoInitial), ", "))
	expect("trailing metadata", trailingText, strings.Join(trailer.Get(echoTrailing), ", "))
}
