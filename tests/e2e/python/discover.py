"""Calls Lstm with Debian's own gRPC for Python and nothing but what the server tells about itself, as grpcurl does.

usage: discover.py ADDRESS STUBS
  STUBS is the folder where protoc has put grpc/health/v1/health_pb2.py and grpc/reflection/v1/reflection_pb2.py.
Prints one JSON object: services, health, files, again, y. Fails at the first answer that is not the expected one.
"""

import importlib
import json
import queue
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

address, stubs = sys.argv[1:]
grpc.__path__.append(stubs + "/grpc")  # the protos live in a package of the same name
health_pb = importlib.import_module("grpc.health.v1.health_pb2")
reflection_pb = importlib.import_module("grpc.reflection.v1.reflection_pb2")


class Reflection:
    """One stream of requests and their answers."""

    def __init__(self, channel):
        self._requests = queue.Queue()
        self._replies = channel.stream_stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            request_serializer=reflection_pb.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb.ServerReflectionResponse.FromString,
        )(iter(self._requests.get, None), timeout=30)

    def ask(self, **what):
        request = reflection_pb.ServerReflectionRequest(host=address, **what)
        self._requests.put(request)
        reply = next(self._replies)
        assert (reply.valid_host, reply.original_request) == (address, request), reply
        return reply

    def files(self, symbol):
        reply = self.ask(file_containing_symbol=symbol).file_descriptor_response
        return [descriptor_pb2.FileDescriptorProto.FromString(f) for f in reply.file_descriptor_proto]

    def end(self):
        self._requests.put(None)
        assert next(self._replies, None) is None
        assert self._replies.code() == grpc.StatusCode.OK, self._replies.details()


def read_pool(files):
    pool, left = descriptor_pool.DescriptorPool(), {f.name: f for f in files}

    def add(name):
        file = left.pop(name, None)
        if file:
            for imported in file.dependency:
                add(imported)
            pool.Add(file)

    for file in files:
        add(file.name)
    return pool


def call(channel, pool, method, **fields):
    described = pool.FindMethodByName(method)
    request, reply = (message_factory.MessageFactory(pool).GetPrototype(t) for t in (described.input_type, described.output_type))
    path = "/{}/{}".format(*method.rsplit(".", 1))
    return channel.unary_unary(path, request_serializer=request.SerializeToString, response_deserializer=reply.FromString)(request(**fields), timeout=30)


def check_health(channel):
    ask = {"request_serializer": health_pb.HealthCheckRequest.SerializeToString, "response_deserializer": health_pb.HealthCheckResponse.FromString}
    request = health_pb.HealthCheckRequest(service="lstm.v1.Inference")
    status = channel.unary_unary("/grpc.health.v1.Health/Check", **ask)(request, timeout=30).status
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch", **ask)(request, timeout=30)
    assert next(watch).status == status
    watch.cancel()
    return health_pb.HealthCheckResponse.ServingStatus.Name(status)


def main():
    with grpc.insecure_channel(address) as channel:
        reflection = Reflection(channel)
        services = [s.name for s in reflection.ask(list_services="*").list_services_response.service]
        unknown = reflection.ask(file_containing_symbol="no.such.Symbol").error_response
        assert unknown.error_code == grpc.StatusCode.NOT_FOUND.value[0], unknown
        files = reflection.files("lstm.v1.Inference")
        again = reflection.files("lstm.v1.StepRequest")
        reflection.end()

        pool = read_pool(files)
        call(channel, pool, "lstm.v1.Inference.OpenSession", session_id="discovered", model="nyc-taxi")
        step = call(channel, pool, "lstm.v1.Inference.Step", session_id="discovered", x=[10844, 0, 1, 0.78, 0.62])
        print(json.dumps({
            "services": services,
            "health": check_health(channel),
            "files": [f.name for f in files],
            "again": [f.name for f in again],
            "y": list(step.result.y),
        }))


main()
