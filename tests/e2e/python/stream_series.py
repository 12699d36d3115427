"""Streams the taxi series with Debian's own gRPC for Python and compares every reply with the reference.

usage: stream_series.py ADDRESS STUBS BUNDLE
  STUBS is the folder where protoc has put lstm/v1/inference_pb2.py, BUNDLE the path of trace_full.json.
Prints one JSON object: steps, max_abs_diff, steps_per_second. Fails at the first reply that is not the expected one.
"""

import array
import json
import pathlib
import queue
import sys
import time

import grpc

address, stubs, bundle_path = sys.argv[1:]
sys.path.insert(0, stubs)
from lstm.v1 import inference_pb2 as pb  # noqa: E402  (made at test time)


def read_rows(bundle, data, name):
    tensor = next(t for t in bundle["tensors"] if t["name"] == name)
    values = array.array({"f32": "f", "f64": "d"}[tensor["dtype"]])
    values.frombytes(data[tensor["offset"] : tensor["offset"] + tensor["bytes"]])
    width = tensor["shape"][1]
    return [values[i : i + width] for i in range(0, len(values), width)]


def main():
    path = pathlib.Path(bundle_path)
    bundle = json.loads(path.read_text())
    data = (path.parent / bundle["bin"]).read_bytes()
    xs, ys = read_rows(bundle, data, "x"), read_rows(bundle, data, "y_f64")

    requests = queue.Queue()
    with grpc.insecure_channel(address) as channel:
        stream = channel.stream_stream(
            "/lstm.v1.Inference/Stream",
            request_serializer=pb.StreamRequest.SerializeToString,
            response_deserializer=pb.StreamReply.FromString,
        )
        replies = stream(iter(requests.get, None))
        requests.put(pb.StreamRequest(open=pb.StreamOpen(handle=1, session_id="python", model="nyc-taxi")))
        opened = next(replies)
        assert opened.WhichOneof("kind") == "opened", opened

        worst = 0.0
        started = time.perf_counter()
        for step, (x, expected) in enumerate(zip(xs, ys), start=1):
            requests.put(pb.StreamRequest(step=pb.StreamStep(handle=1, step=step, x=x)))
            reply = next(replies)
            assert reply.WhichOneof("kind") == "result", reply
            assert (reply.handle, reply.result.step, reply.result.count) == (1, step, 1), reply
            assert len(reply.result.y) == len(expected), reply
            worst = max(worst, max(abs(a - b) for a, b in zip(reply.result.y, expected)))
        seconds = time.perf_counter() - started

        requests.put(pb.StreamRequest(close=pb.StreamClose(handle=1, end_session=True)))
        assert next(replies).closed.step == len(xs)
        requests.put(None)  # half-close: the server ends the call
        assert next(replies, None) is None
        assert replies.code() == grpc.StatusCode.OK, replies.details()

    print(json.dumps({"steps": len(xs), "max_abs_diff": worst, "steps_per_second": len(xs) / seconds}))


main()
