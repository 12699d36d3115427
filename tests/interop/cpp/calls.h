// What all cases share: the service's code, messages of the sizes that the descriptions name, and checks.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// The source and not the header: gRPC's own headers take most of the time to compile, and so are read once, in one unit.
#include "grpc/testing/test.grpc.pb.cc"

uint32_t grpc_call_test_only_get_message_flags(grpc_call* call);

namespace grpc::testing {

// The library's door for interoperability clients: a friend of ClientContext.
class InteropClientContextInspector {
 public:
  // Whether the last message that arrived was compressed.
  static bool WasCompressed(const ClientContext& context) {
    constexpr uint32_t kWasCompressed = 0x40000000u;
    return (grpc_call_test_only_get_message_flags(context.call_) & kWasCompressed) != 0;
  }
};

}  // namespace grpc::testing

namespace interop {

using namespace grpc::testing;
using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;

inline const std::vector<int> kRequestSizes = {27182, 8, 1828, 45904};
inline const std::vector<int> kResponseSizes = {31415, 9, 2653, 58979};

struct Stubs {
  std::unique_ptr<TestService::Stub> test;
  std::unique_ptr<UnimplementedService::Stub> unimplemented;
};

template <typename A, typename B>
void Expect(const char* what, const A& expected, const B& found) {
  if (expected == found) return;
  std::ostringstream text;
  text << what << ": expected " << expected << ", but found " << found;
  throw std::runtime_error(text.str());
}

inline void ExpectStatus(StatusCode code, const Status& status) {
  if (status.error_code() == code) return;
  std::ostringstream text;
  text << "status: expected " << code << ", but found " << status.error_code() << ", " << status.error_message();
  throw std::runtime_error(text.str());
}

inline void ExpectOk(const Status& status) { ExpectStatus(StatusCode::OK, status); }

template <typename Request>
Request WithPayload(int size) {
  Request request;
  request.mutable_payload()->set_body(std::string(size, '\0'));
  return request;
}

inline SimpleRequest Large() {
  auto request = WithPayload<SimpleRequest>(271828);
  request.set_response_size(314159);
  return request;
}

inline SimpleRequest LargeExpecting(bool compressed) {
  auto request = Large();
  request.mutable_expect_compressed()->set_value(compressed);
  return request;
}

inline StreamingInputCallRequest InputExpecting(int size, bool compressed) {
  auto request = WithPayload<StreamingInputCallRequest>(size);
  request.mutable_expect_compressed()->set_value(compressed);
  return request;
}

inline StreamingOutputCallRequest Duplex(int size, int response_size) {
  auto request = WithPayload<StreamingOutputCallRequest>(size);
  request.add_response_parameters()->set_size(response_size);
  return request;
}

inline void ExpectLarge(const Stubs& stubs, ClientContext& context, const SimpleRequest& request) {
  SimpleResponse response;
  ExpectOk(stubs.test->UnaryCall(&context, request, &response));
  Expect("size", 314159u, response.payload().body().size());
}

}  // namespace interop
