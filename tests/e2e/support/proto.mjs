import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

const protos = inRoot('protos');

const definition = protoLoader.loadSync('lstm/v1/inference.proto', {
  includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true,
});
const { Inference } = grpc.loadPackageDefinition(definition).lstm.v1;

/** A client made from protos/lstm/v1/inference.proto as any Node program would make it. */
export const connect = (address) => new Inference(address, grpc.credentials.createInsecure());

/** A unary call as a promise; rejects with grpc-js' ServiceError. */
export function call(client, method, request) {
  return new Promise((resolve, reject) =>
    client[method](request, new grpc.Metadata(), { deadline: Date.now() + 30_000 }, (error, reply) => (error ? reject(error) : resolve(reply))));
}

const details = new protobuf.Root();
details.resolvePath = (_, file) => (file.startsWith('google/protobuf/') ? file : path.join(protos, file)); // those come with protobufjs
details.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);

/** The google.rpc.ErrorInfo that a failed call carries in grpc-status-details-bin, with the Status around it. */
export function errorInfo(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!bytes) throw new Error(`no grpc-status-details-bin in the trailers of: ${error.message}`);
  const status = details.lookupType('google.rpc.Status').decode(bytes);
  const any = status.details.find((d) => d.type_url.endsWith('/google.rpc.ErrorInfo'));
  if (!any) throw new Error(`no ErrorInfo in grpc-status-details-bin of: ${error.message}`);
  const { reason, domain, metadata } = details.lookupType('google.rpc.ErrorInfo').decode(any.value);
  return { reason, domain, metadata, code: status.code, message: status.message };
}
