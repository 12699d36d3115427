// Runs the standard interoperability cases (grpc/grpc doc/interop-test-descriptions.md) with gRPC's C++ library.
//
//   client HOST:PORT [CA_FILE]     the file holds the certificate to trust; without it, HTTP/2 in clear
//
// A line for each case: "ok NAME" or "FAILED NAME: reason".
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// The source and not the header: gRPC's own headers take most of the time to compile, and so are read once.
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

namespace {

using namespace grpc::testing;
using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;

const std::vector<int> kRequestSizes = {27182, 8, 1828, 45904};
const std::vector<int> kResponseSizes = {31415, 9, 2653, 58979};

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

void ExpectStatus(StatusCode code, const Status& status) {
  if (status.error_code() == code) return;
  std::ostringstream text;
  text << "status: expected " << code << ", but found " << status.error_code() << ", " << status.error_message();
  throw std::runtime_error(text.str());
}

void ExpectOk(const Status& status) { ExpectStatus(StatusCode::OK, status); }

template <typename Request>
Request WithPayload(int size) {
  Request request;
  request.mutable_payload()->set_body(std::string(size, '\0'));
  return request;
}

SimpleRequest Large() {
  auto request = WithPayload<SimpleRequest>(271828);
  request.set_response_size(314159);
  return request;
}

SimpleRequest LargeExpecting(bool compressed) {
  auto request = Large();
  request.mutable_expect_compressed()->set_value(compressed);
  return request;
}

StreamingInputCallRequest InputExpecting(int size, bool compressed) {
  auto request = WithPayload<StreamingInputCallRequest>(size);
  request.mutable_expect_compressed()->set_value(compressed);
  return request;
}

StreamingOutputCallRequest Duplex(int size, int response_size) {
  auto request = WithPayload<StreamingOutputCallRequest>(size);
  request.add_response_parameters()->set_size(response_size);
  return request;
}

void ExpectLarge(const Stubs& stubs, ClientContext& context, const SimpleRequest& request) {
  SimpleResponse response;
  ExpectOk(stubs.test->UnaryCall(&context, request, &response));
  Expect("size", 314159u, response.payload().body().size());
}

void EmptyUnary(const Stubs& stubs) {
  ClientContext context;
  Empty response;
  ExpectOk(stubs.test->EmptyCall(&context, Empty(), &response));
  Expect("size", 0u, response.ByteSizeLong());
}

void LargeUnary(const Stubs& stubs) {
  ClientContext context;
  ExpectLarge(stubs, context, Large());
}

void ClientCompressedUnary(const Stubs& stubs) {
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

void ServerCompressedUnary(const Stubs& stubs) {
  for (bool compressed : {true, false}) {
    ClientContext context;
    auto request = Large();
    request.mutable_response_compressed()->set_value(compressed);
    ExpectLarge(stubs, context, request);
    Expect("compressed flag", compressed, InteropClientContextInspector::WasCompressed(context));
  }
}

void ClientStreaming(const Stubs& stubs) {
  ClientContext context;
  StreamingInputCallResponse response;
  auto stream = stubs.test->StreamingInputCall(&context, &response);
  for (int size : kRequestSizes) Expect("write", true, stream->Write(WithPayload<StreamingInputCallRequest>(size)));
  stream->WritesDone();
  ExpectOk(stream->Finish());
  Expect("sum", 74922, response.aggregated_payload_size());
}

void ClientCompressedStreaming(const Stubs& stubs) {
  const auto no_compression = grpc::WriteOptions().set_no_compression();
  ClientContext probe_context, context;
  StreamingInputCallResponse response;
  probe_context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  auto probe = stubs.test->StreamingInputCall(&probe_context, &response);
  probe->Write(InputExpecting(27182, true), no_compression);
  probe->WritesDone();
  ExpectStatus(StatusCode::INVALID_ARGUMENT, probe->Finish());

  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  auto stream = stubs.test->StreamingInputCall(&context, &response);
  Expect("write", true, stream->Write(InputExpecting(27182, true)));
  Expect("write", true, stream->Write(InputExpecting(45904, false), no_compression));
  stream->WritesDone();
  ExpectOk(stream->Finish());
  Expect("sum", 73086, response.aggregated_payload_size());
}

void ServerStreaming(const Stubs& stubs) {
  ClientContext context;
  StreamingOutputCallRequest request;
  for (int size : kResponseSizes) request.add_response_parameters()->set_size(size);
  auto stream = stubs.test->StreamingOutputCall(&context, request);
  StreamingOutputCallResponse response;
  for (int size : kResponseSizes) {
    Expect("a response", true, stream->Read(&response));
    Expect("size", static_cast<size_t>(size), response.payload().body().size());
  }
  Expect("one response more", false, stream->Read(&response));
  ExpectOk(stream->Finish());
}

void ServerCompressedStreaming(const Stubs& stubs) {
  const std::vector<std::pair<bool, int>> responses = {{true, 31415}, {false, 92653}};
  ClientContext context;
  StreamingOutputCallRequest request;
  for (auto [compressed, size] : responses) {
    auto parameters = request.add_response_parameters();
    parameters->mutable_compressed()->set_value(compressed);
    parameters->set_size(size);
  }
  auto stream = stubs.test->StreamingOutputCall(&context, request);
  StreamingOutputCallResponse response;
  for (auto [compressed, size] : responses) {
    Expect("a response", true, stream->Read(&response));
    Expect("compressed flag", compressed, InteropClientContextInspector::WasCompressed(context));
    Expect("size", static_cast<size_t>(size), response.payload().body().size());
  }
  Expect("one response more", false, stream->Read(&response));
  ExpectOk(stream->Finish());
}

void PingPong(const Stubs& stubs) {
  ClientContext context;
  auto stream = stubs.test->FullDuplexCall(&context);
  StreamingOutputCallResponse response;
  for (size_t i = 0; i < kRequestSizes.size(); i++) {
    Expect("write", true, stream->Write(Duplex(kRequestSizes[i], kResponseSizes[i])));
    Expect("a response", true, stream->Read(&response));
    Expect("size", static_cast<size_t>(kResponseSizes[i]), response.payload().body().size());
  }
  stream->WritesDone();
  Expect("one response more", false, stream->Read(&response));
  ExpectOk(stream->Finish());
}

void EmptyStream(const Stubs& stubs) {
  ClientContext context;
  auto stream = stubs.test->FullDuplexCall(&context);
  stream->WritesDone();
  StreamingOutputCallResponse response;
  Expect("a response", false, stream->Read(&response));
  ExpectOk(stream->Finish());
}

void CustomMetadata(const Stubs& stubs) {
  const std::string initial = "x-grpc-test-echo-initial", trailing = "x-grpc-test-echo-trailing-bin";
  const std::string text = "test_initial_metadata_value", bytes = "\xab\xab\xab";
  auto add = [&](ClientContext& context) {
    context.AddMetadata(initial, text);
    context.AddMetadata(trailing, bytes);
  };
  auto check = [&](const ClientContext& context) {
    auto value = [](const auto& metadata, const std::string& name) {
      auto entry = metadata.find(name);
      return entry == metadata.end() ? "" : std::string(entry->second.data(), entry->second.size());
    };
    Expect("initial metadata", text, value(context.GetServerInitialMetadata(), initial));
    Expect("trailing metadata", bytes, value(context.GetServerTrailingMetadata(), trailing));
  };
  ClientContext unary, duplex;
  add(unary);
  ExpectLarge(stubs, unary, Large());
  check(unary);

  add(duplex);
  auto stream = stubs.test->FullDuplexCall(&duplex);
  stream->Write(Duplex(271828, 314159));
  stream->WritesDone();
  StreamingOutputCallResponse response;
  Expect("a response", true, stream->Read(&response));
  Expect("size", 314159u, response.payload().body().size());
  Expect("one response more", false, stream->Read(&response));
  ExpectOk(stream->Finish());
  check(duplex);
}

void ExpectEchoOfUnary(const Stubs& stubs, const std::string& message) {
  ClientContext context;
  SimpleRequest request;
  request.mutable_response_status()->set_code(StatusCode::UNKNOWN);
  request.mutable_response_status()->set_message(message);
  SimpleResponse response;
  auto status = stubs.test->UnaryCall(&context, request, &response);
  ExpectStatus(StatusCode::UNKNOWN, status);
  Expect("status message", message, status.error_message());
}

void StatusCodeAndMessage(const Stubs& stubs) {
  const std::string message = "test status message";
  ExpectEchoOfUnary(stubs, message);
  ClientContext context;
  auto stream = stubs.test->FullDuplexCall(&context);
  StreamingOutputCallRequest request;
  request.mutable_response_status()->set_code(StatusCode::UNKNOWN);
  request.mutable_response_status()->set_message(message);
  stream->Write(request);
  stream->WritesDone();
  auto status = stream->Finish();
  ExpectStatus(StatusCode::UNKNOWN, status);
  Expect("status message", message, status.error_message());
}

void SpecialStatusMessage(const Stubs& stubs) {
  ExpectEchoOfUnary(stubs, "\t\ntest with whitespace\r\nand Unicode BMP \xe2\x98\xba and non-BMP \xf0\x9f\x98\x88\t\n");
}

void UnimplementedMethod(const Stubs& stubs) {
  ClientContext context;
  Empty response;
  ExpectStatus(StatusCode::UNIMPLEMENTED, stubs.test->UnimplementedCall(&context, Empty(), &response));
}

void UnimplementedServiceCase(const Stubs& stubs) {
  ClientContext context;
  Empty response;
  ExpectStatus(StatusCode::UNIMPLEMENTED, stubs.unimplemented->UnimplementedCall(&context, Empty(), &response));
}

void CancelAfterBegin(const Stubs& stubs) {
  ClientContext context;
  StreamingInputCallResponse response;
  auto stream = stubs.test->StreamingInputCall(&context, &response);
  context.TryCancel();
  ExpectStatus(StatusCode::CANCELLED, stream->Finish());
}

void CancelAfterFirstResponse(const Stubs& stubs) {
  ClientContext context;
  auto stream = stubs.test->FullDuplexCall(&context);
  stream->Write(Duplex(27182, 31415));
  StreamingOutputCallResponse response;
  Expect("a response", true, stream->Read(&response));
  context.TryCancel();
  ExpectStatus(StatusCode::CANCELLED, stream->Finish());
}

void TimeoutOnSleepingServer(const Stubs& stubs) {
  ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
  auto stream = stubs.test->FullDuplexCall(&context);
  stream->Write(WithPayload<StreamingOutputCallRequest>(27182));
  ExpectStatus(StatusCode::DEADLINE_EXCEEDED, stream->Finish());
}

const std::vector<std::pair<const char*, std::function<void(const Stubs&)>>> kCases = {
    {"empty_unary", EmptyUnary},
    {"large_unary", LargeUnary},
    {"client_compressed_unary", ClientCompressedUnary},
    {"server_compressed_unary", ServerCompressedUnary},
    {"client_streaming", ClientStreaming},
    {"client_compressed_streaming", ClientCompressedStreaming},
    {"server_streaming", ServerStreaming},
    {"server_compressed_streaming", ServerCompressedStreaming},
    {"ping_pong", PingPong},
    {"empty_stream", EmptyStream},
    {"custom_metadata", CustomMetadata},
    {"status_code_and_message", StatusCodeAndMessage},
    {"special_status_message", SpecialStatusMessage},
    {"unimplemented_method", UnimplementedMethod},
    {"unimplemented_service", UnimplementedServiceCase},
    {"cancel_after_begin", CancelAfterBegin},
    {"cancel_after_first_response", CancelAfterFirstResponse},
    {"timeout_on_sleeping_server", TimeoutOnSleepingServer},
};

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2 || count > 3) {
    std::cerr << "Expected HOST:PORT [CA_FILE].\n";
    return 2;
  }
  auto credentials = grpc::InsecureChannelCredentials();
  if (count == 3) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ReadFile(arguments[2]);
    credentials = grpc::SslCredentials(options);
  }
  auto channel = grpc::CreateChannel(arguments[1], credentials);
  const Stubs stubs = {TestService::NewStub(channel), UnimplementedService::NewStub(channel)};
  bool failed = false;
  for (const auto& [name, run] : kCases) {
    try {
      run(stubs);
      std::cout << "ok " << name << std::endl;
    } catch (const std::exception& error) {
      failed = true;
      std::cout << "FAILED " << name << ": " << error.what() << std::endl;
    }
  }
  return failed ? 1 : 0;
}
