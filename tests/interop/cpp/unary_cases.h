// One request, one response; alone, and compressed in either direction.
#pragma once

#include "calls.h"

namespace interop {

inline void EmptyUnary(const Stubs& stubs) {
  ClientContext context;
  Empty response;
  ExpectOk(stubs.test->EmptyCall(&context, Empty(), &response));
  Expect("size", 0u, response.ByteSizeLong());
}

inline void LargeUnary(const Stubs& stubs) {
  ClientContext context;
  ExpectLarge(stubs, context, Large());
}

inline void ClientCompressedUnary(const Stubs& stubs) {
  ClientContext probe, plain;
  SimpleResponse response;
  ExpectStatus(StatusCode::INVALID_ARGUMENT, stubs.test->UnaryCall(&probe, LargeExpecting(true), &response));
  for (auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    ClientContext context;
    context.set_compression_algorithm(algorithm);
    ExpectLarge(stubs, context, LargeExpecting(true));
  }
  ExpectLarge(stubs, plain, LargeExpecting(false));
}

inline void ServerCompressedUnary(const Stubs& stubs) {
  for (bool compressed : {true, false}) {
    ClientContext context;
    auto request = Large();
    request.mutable_response_compressed()->set_value(compressed);
    ExpectLarge(stubs, context, request);
    Expect("compressed flag", compressed, InteropClientContextInspector::WasCompressed(context));
  }
}

}  // namespace interop
