"""Runs the standard interoperability cases (grpc/grpc doc/interop-test-descriptions.md) with grpcio.

    client.py HOST:PORT [CA_FILE]     the file holds the certificate to trust; without it, HTTP/2 in clear

A line for each case: "ok NAME", "partly NAME: what was not checked" or "FAILED NAME: reason".
"""
import pathlib
import queue
import subprocess
import sys
import tempfile

import grpc

CODES = grpc.StatusCode
REQUEST_SIZES, RESPONSE_SIZES = (27182, 8, 1828, 45904), (31415, 9, 2653, 58979)
NO_FLAGS = "grpcio does not show whether a message came compressed"

generated = tempfile.TemporaryDirectory()
protos = pathlib.Path(__file__).parent.parent / "protos"
subprocess.run(
    ["protoc", f"-I{protos}", f"--python_out={generated.name}", f"--grpc_python_out={generated.name}",
     "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", *map(str, protos.glob("grpc/testing/*.proto"))], check=True)
grpc.__path__.append(generated.name + "/grpc")  # grpc.testing has to be found beside the package grpc, whose name it shares
from grpc.testing import empty_pb2, messages_pb2 as m, test_pb2_grpc  # noqa: E402


def empty_unary(test, _):
    expect(empty_pb2.Empty(), test.EmptyCall(empty_pb2.Empty()))


def large_unary(test, _):
    expect(314159, len(test.UnaryCall(large()).payload.body))


def client_compressed_unary(test, _):
    expect(CODES.INVALID_ARGUMENT, status_of(lambda: test.UnaryCall(large(expect_compressed=yes)))[0])
    for algorithm in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        expect(314159, len(test.UnaryCall(large(expect_compressed=yes), compression=algorithm).payload.body))
    expect(314159, len(test.UnaryCall(large(expect_compressed=no)).payload.body))


def server_compressed_unary(test, _):
    for compressed in (yes, no):
        expect(314159, len(test.UnaryCall(large(response_compressed=compressed)).payload.body))
    return NO_FLAGS


def client_streaming(test, _):
    requests = [m.StreamingInputCallRequest(payload=zeros(size)) for size in REQUEST_SIZES]
    expect(74922, test.StreamingInputCall(iter(requests)).aggregated_payload_size)


def client_compressed_streaming(test, _):
    def requests():
        return iter([m.StreamingInputCallRequest(payload=zeros(27182), expect_compressed=yes)])
    expect(CODES.INVALID_ARGUMENT, status_of(lambda: test.StreamingInputCall(requests()))[0])
    expect(27182, test.StreamingInputCall(requests(), compression=grpc.Compression.Gzip).aggregated_payload_size)
    return "grpcio compresses all messages of a call or none"


def server_streaming(test, _):
    request = m.StreamingOutputCallRequest(response_parameters=[m.ResponseParameters(size=size) for size in RESPONSE_SIZES])
    expect(list(RESPONSE_SIZES), sizes(test.StreamingOutputCall(request)))


def server_compressed_streaming(test, _):
    parameters = [m.ResponseParameters(size=31415, compressed=yes), m.ResponseParameters(size=92653, compressed=no)]
    expect([31415, 92653], sizes(test.StreamingOutputCall(m.StreamingOutputCallRequest(response_parameters=parameters))))
    return NO_FLAGS


def ping_pong(test, _):
    requests = Held()
    call = test.FullDuplexCall(requests)
    for size, response_size in zip(REQUEST_SIZES, RESPONSE_SIZES):
        requests.send(duplex_request(size, response_size))
        expect(response_size, len(next(call).payload.body))
    requests.end()
    expect([], sizes(call))


def empty_stream(test, _):
    expect([], sizes(test.FullDuplexCall(iter([]))))


def custom_metadata(test, _):
    initial = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
    trailing = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
    _, unary = test.UnaryCall.with_call(large(), metadata=(initial, trailing))
    duplex = test.FullDuplexCall(iter([duplex_request(271828, 314159)]), metadata=(initial, trailing))
    expect([314159], sizes(duplex))
    for call in (unary, duplex):
        expect([initial], [entry for entry in call.initial_metadata() if entry[0] == initial[0]])
        expect([trailing], [entry for entry in call.trailing_metadata() if entry[0] == trailing[0]])


def status_code_and_message(test, _):
    status = m.EchoStatus(code=2, message="test status message")
    expect((CODES.UNKNOWN, status.message), status_of(lambda: test.UnaryCall(m.SimpleRequest(response_status=status))))
    duplex = iter([m.StreamingOutputCallRequest(response_status=status)])
    expect((CODES.UNKNOWN, status.message), status_of(lambda: list(test.FullDuplexCall(duplex))))


def special_status_message(test, _):
    status = m.EchoStatus(code=2, message="\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")
    expect((CODES.UNKNOWN, status.message), status_of(lambda: test.UnaryCall(m.SimpleRequest(response_status=status))))


def unimplemented_method(test, _):
    expect(CODES.UNIMPLEMENTED, status_of(lambda: test.UnimplementedCall(empty_pb2.Empty()))[0])


def unimplemented_service(_, unimplemented):
    expect(CODES.UNIMPLEMENTED, status_of(lambda: unimplemented.UnimplementedCall(empty_pb2.Empty()))[0])


def cancel_after_begin(test, _):
    requests = Held()
    call = test.StreamingInputCall.future(requests)
    call.cancel()
    expect(CODES.CANCELLED, call.code())
    requests.end()


def cancel_after_first_response(test, _):
    requests = Held(duplex_request(27182, 31415))
    call = test.FullDuplexCall(requests)
    expect(31415, len(next(call).payload.body))
    call.cancel()
    expect(CODES.CANCELLED, status_of(lambda: next(call))[0])
    requests.end()


def timeout_on_sleeping_server(test, _):
    requests = Held(m.StreamingOutputCallRequest(payload=zeros(27182)))
    expect(CODES.DEADLINE_EXCEEDED, status_of(lambda: list(test.FullDuplexCall(requests, timeout=0.001)))[0])
    requests.end()


CASES = (
    empty_unary, large_unary, client_compressed_unary, server_compressed_unary, client_streaming, client_compressed_streaming,
    server_streaming, server_compressed_streaming, ping_pong, empty_stream, custom_metadata, status_code_and_message,
    special_status_message, unimplemented_method, unimplemented_service, cancel_after_begin, cancel_after_first_response,
    timeout_on_sleeping_server)

yes, no = m.BoolValue(value=True), m.BoolValue(value=False)


class Held:
    """Requests that are sent when the case says so; the stream stays open until it ends it."""

    def __init__(self, *requests):
        self.queue = queue.SimpleQueue()
        for request in requests:
            self.send(request)

    def send(self, request):
        self.queue.put(request)

    def end(self):
        self.queue.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        request = self.queue.get()
        if request is None:
            raise StopIteration
        return request


def large(**fields):
    return m.SimpleRequest(response_size=314159, payload=zeros(271828), **fields)


def duplex_request(size, response_size):
    return m.StreamingOutputCallRequest(payload=zeros(size), response_parameters=[m.ResponseParameters(size=response_size)])


def zeros(size):
    return m.Payload(body=bytes(size))


def sizes(responses):
    return [len(response.payload.body) for response in responses]


def status_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code(), error.details()
    return CODES.OK, ""


def expect(expected, found):
    assert expected == found, f"expected {expected!r}, but found {found!r}"


def main(address, ca_file=None):
    failed = 0
    trusted = ca_file and grpc.ssl_channel_credentials(pathlib.Path(ca_file).read_bytes())
    with grpc.secure_channel(address, trusted) if trusted else grpc.insecure_channel(address) as channel:
        stubs = test_pb2_grpc.TestServiceStub(channel), test_pb2_grpc.UnimplementedServiceStub(channel)
        for case in CASES:
            try:
                unchecked = case(*stubs)
                print(f"partly {case.__name__}: {unchecked}" if unchecked else f"ok {case.__name__}", flush=True)
            except Exception as error:
                failed = 1
                print(f"FAILED {case.__name__}: {type(error).__name__}: {error}".replace("\n", " "), flush=True)
    return failed


sys.exit(main(*sys.argv[1:]))
