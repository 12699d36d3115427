// Metadata, statuses, methods that do not exist, and early ends.
#pragma once

#include <chrono>

#include "calls.h"

namespace interop {

inline void CustomMetadata(const Stubs& stubs) {
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

inline void ExpectEchoOfUnary(const Stubs& stubs, const std::string& message) {
  ClientContext context;
  SimpleRequest request;
  request.mutable_response_status()->set_code(StatusCode::UNKNOWN);
  request.mutable_response_status()->set_message(message);
  SimpleResponse response;
  auto status = stubs.test->UnaryCall(&context, request, &response);
  ExpectStatus(StatusCode::UNKNOWN, status);
  Expect("status message", message, status.error_message());
}

inline void StatusCodeAndMessage(const Stubs& stubs) {
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

inline void SpecialStatusMessage(const Stubs& stubs) {
  ExpectEchoOfUnary(stubs, "\t\ntest with whitespace\r\nand Unicode BMP \xe2\x98\xba and non-BMP \xf0\x9f\x98\x88\t\n");
}

inline void UnimplementedMethod(const Stubs& stubs) {
  ClientContext context;
  Empty response;
  ExpectStatus(StatusCode::UNIMPLEMENTED, stubs.test->UnimplementedCall(&context, Empty(), &response));
}

inline void UnimplementedServiceCase(const Stubs& stubs) {
  ClientContext context;
  Empty response;
  ExpectStatus(StatusCode::UNIMPLEMENTED, stubs.unimplemented->UnimplementedCall(&context, Empty(), &response));
}

inline void CancelAfterBegin(const Stubs& stubs) {
  ClientContext context;
  StreamingInputCallResponse response;
  auto stream = stubs.test->StreamingInputCall(&context, &response);
  context.TryCancel();
  ExpectStatus(StatusCode::CANCELLED, stream->Finish());
}

inline void CancelAfterFirstResponse(const Stubs& stubs) {
  ClientContext context;
  auto stream = stubs.test->FullDuplexCall(&context);
  stream->Write(Duplex(27182, 31415));
  StreamingOutputCallResponse response;
  Expect("a response", true, stream->Read(&response));
  context.TryCancel();
  ExpectStatus(StatusCode::CANCELLED, stream->Finish());
}

inline void TimeoutOnSleepingServer(const Stubs& stubs) {
  ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
  auto stream = stubs.test->FullDuplexCall(&context);
  stream->Write(WithPayload<StreamingOutputCallRequest>(27182));
  ExpectStatus(StatusCode::DEADLINE_EXCEEDED, stream->Finish());
}

}  // namespace interop
