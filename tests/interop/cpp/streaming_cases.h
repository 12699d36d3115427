// Streams in either direction and in both, and compressed.
#pragma once

#include <utility>

#include "calls.h"

namespace interop {

inline void ClientStreaming(const Stubs& stubs) {
  ClientContext context;
  StreamingInputCallResponse response;
  auto stream = stubs.test->StreamingInputCall(&context, &response);
  for (int size : kRequestSizes) Expect("write", true, stream->Write(WithPayload<StreamingInputCallRequest>(size)));
  stream->WritesDone();
  ExpectOk(stream->Finish());
  Expect("sum", 74922, response.aggregated_payload_size());
}

inline void ClientCompressedStreaming(const Stubs& stubs) {
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

inline void ServerStreaming(const Stubs& stubs) {
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

inline void ServerCompressedStreaming(const Stubs& stubs) {
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

inline void PingPong(const Stubs& stubs) {
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

inline void EmptyStream(const Stubs& stubs) {
  ClientContext context;
  auto stream = stubs.test->FullDuplexCall(&context);
  stream->WritesDone();
  StreamingOutputCallResponse response;
  Expect("a response", false, stream->Read(&response));
  ExpectOk(stream->Finish());
}

}  // namespace interop
