import grpc from '@grpc/grpc-js';
import { sizeOf, testing, zeros } from './service.mjs';

// grpc-js servers compress nothing and do not show what was compressed: expect_compressed and response_compressed have no effect here.

/** Sends the metadata back that are to come first; returns those that are to come last. */
function echoMetadata(call) {
  const [initial] = call.metadata.get('x-grpc-test-echo-initial');
  if (initial) {
    const headers = new grpc.Metadata();
    headers.set('x-grpc-test-echo-initial', initial);
    call.sendMetadata(headers);
  }
  const trailers = new grpc.Metadata();
  for (const value of call.metadata.get('x-grpc-test-echo-trailing-bin')) trailers.add('x-grpc-test-echo-trailing-bin', value);
  return trailers;
}

const statusOf = ({ response_status }) => response_status?.code && { code: response_status.code, details: response_status.message };

function respond(call, request) {
  const error = statusOf(request);
  if (error) call.emit('error', error);
  else for (const { size } of request.response_parameters) call.write({ payload: zeros(size) });
}

const handlers = {
  EmptyCall(call, callback) {
    callback(null, {}, echoMetadata(call));
  },
  UnaryCall(call, callback) {
    const trailers = echoMetadata(call);
    callback(statusOf(call.request) || null, { payload: zeros(call.request.response_size) }, trailers);
  },
  StreamingInputCall(call, callback) {
    let aggregated_payload_size = 0;
    call.on('data', (request) => { aggregated_payload_size += sizeOf(request); });
    call.on('end', () => callback(null, { aggregated_payload_size }));
  },
  StreamingOutputCall(call) {
    const trailers = echoMetadata(call);
    respond(call, call.request);
    call.end(trailers);
  },
  FullDuplexCall(call) {
    const trailers = echoMetadata(call);
    call.on('data', (request) => respond(call, request));
    call.on('end', () => call.end(trailers));
  },
};

/**
 * Serves TestService with grpc-js on a free port of the loopback.
 * @param {{ certificate: Buffer, key: Buffer }} [identity] for TLS; without it, HTTP/2 in clear
 */
export async function startServer(identity) {
  const server = new grpc.Server();
  server.addService(testing.TestService.service, handlers);
  const credentials = identity
    ? grpc.ServerCredentials.createSsl(null, [{ cert_chain: identity.certificate, private_key: identity.key }])
    : grpc.ServerCredentials.createInsecure();
  const port = await new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))));
  return { port, stop: () => server.forceShutdown() };
}
