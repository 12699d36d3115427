"""Calls the probe service with grpcio, through generic stubs; messages are built by hand, so that no generated code is needed."""
import sys
import grpc


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def request(text=b"", payload=b"", **numbers):
    fields = {"replies": 3, "reply_bytes": 4, "behaviour": 5, "status_code": 6}
    out = b"\x0a" + varint(len(text)) + text + b"\x12" + varint(len(payload)) + payload
    for name, value in numbers.items():
        out += bytes([fields[name] << 3]) + varint(value)
    return out


FAIL, HANG, ECHO_METADATA = 1, 4, 6


def main(address):
    # Big frames and compression come with their own checks.
    with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", 8 << 20)]) as channel:
        def path(name):
            return "/lstm.grpc.tests.Probe/" + name
        unary = channel.unary_unary(path("Unary"))
        check("empty_unary", unary(b"") == b"\x18\x01")
        check("large_unary", len(unary(request(payload=bytes(271828)))) > 271828)
        for name, algorithm in (("gzip", grpc.Compression.Gzip), ("deflate", grpc.Compression.Deflate)):
            check("compressed_unary_" + name, len(unary(request(payload=bytes(271828)), compression=algorithm)) > 271828)
        check("client_streaming", channel.stream_unary(path("ClientStream"))(iter([request(payload=bytes(n)) for n in (27182, 8, 1828, 45904)])) == b"\x0a\x0574922\x18\x04")
        replies = list(channel.unary_stream(path("ServerStream"))(request(replies=4, reply_bytes=1000)))
        check("server_streaming", [len(r) for r in replies] == [1005] * 4)
        replies = list(channel.stream_stream(path("Duplex"))(iter([request(text=b"%d" % n) for n in range(50)])))
        check("ping_pong", [r[2:2 + r[1]] for r in replies] == [b"%d" % n for n in range(50)])
        check("empty_stream", list(channel.stream_stream(path("Duplex"))(iter([]))) == [])
        call = channel.stream_stream(path("Duplex"))(iter([request(text=b"first", behaviour=HANG)]))
        call.cancel()
        check("cancel_after_begin", call.code() == grpc.StatusCode.CANCELLED)
        check("timeout_on_sleeping_server", status(lambda: unary(request(behaviour=HANG), timeout=0.05))[0] == grpc.StatusCode.DEADLINE_EXCEEDED)
        sent = (("x-text", "value"), ("x-data-bin", b"\xab\xab\xab"))
        _, call = unary.with_call(request(behaviour=ECHO_METADATA), metadata=sent)
        check("custom_metadata", set(sent) <= set(call.initial_metadata()) and set(sent) <= set(call.trailing_metadata()))
        check("status_code_and_message", status(lambda: unary(request(text=b"test status message", behaviour=FAIL, status_code=2))) == (grpc.StatusCode.UNKNOWN, "test status message"))
        special = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
        check("special_status_message", status(lambda: unary(request(text=special.encode(), behaviour=FAIL, status_code=2))) == (grpc.StatusCode.UNKNOWN, special))
        check("unimplemented_method", status(lambda: channel.unary_unary(path("NotThere"))(b""))[0] == grpc.StatusCode.UNIMPLEMENTED)
        check("unknown_method", status(lambda: channel.unary_unary(path("Nowhere"))(b""))[0] == grpc.StatusCode.UNIMPLEMENTED)
        check("unimplemented_service", status(lambda: channel.unary_unary("/no.such.Service/Method")(b""))[0] == grpc.StatusCode.UNIMPLEMENTED)


def status(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code(), error.details()
    return grpc.StatusCode.OK, ""


def check(name, ok):
    print(("ok " if ok else "FAILED ") + name, flush=True)


main(sys.argv[1])
