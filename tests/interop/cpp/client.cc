// Runs the standard interoperability cases (grpc/grpc doc/interop-test-descriptions.md) with gRPC's C++ library.
//
//   client HOST:PORT [CA_FILE]     the file holds the certificate to trust; without it, HTTP/2 in clear
//
// A line for each case: "ok NAME" or "FAILED NAME: reason".
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "calls.h"
#include "status_cases.h"
#include "streaming_cases.h"
#include "unary_cases.h"

namespace {

using namespace interop;

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
