import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { inRoot } from '../support/paths.mjs';

const definition = protoLoader.loadSync('grpc/testing/test.proto', {
  includeDirs: [inRoot('tests/interop/protos')], keepCase: true, longs: Number, enums: String, defaults: true,
});

/** TestService and UnimplementedService of the standard interoperability cases. */
export const testing = grpc.loadPackageDefinition(definition).grpc.testing;

export const zeros = (size) => ({ body: Buffer.alloc(size) });
export const sizeOf = (message) => message.payload.body.length;
