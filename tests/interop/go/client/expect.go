package main

import (
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A case ends with the first expectation that does not hold.
func expect(what string, expected, found interface{}) {
	if expected != found {
		panic(fmt.Sprintf("%s: expected %v, but found %v", what, expected, found))
	}
}

func expectOk(err error) {
	expectStatus(codes.OK, err)
}

func expectStatus(code codes.Code, err error) {
	if status.Code(err) != code {
		panic(fmt.Sprintf("status: expected %v, but found %v", code, err))
	}
}

// The end of a stream whose status is OK.
func expectEnd(err error) {
	if err != io.EOF {
		panic(fmt.Sprintf("the stream: expected its end, but found %v", err))
	}
}
