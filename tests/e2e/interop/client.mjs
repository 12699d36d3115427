// The standard interoperability cases (grpc/grpc doc/interop-test-descriptions.md) with grpc-js.
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { sizeOf, testing, zeros } from './service.mjs';

const { status } = grpc;
const noFlags = 'grpc-js does not show whether a message came compressed';
const requestSizes = [27182, 8, 1828, 45904];
const responseSizes = [31415, 9, 2653, 58979];
const yes = { value: true };
const no = { value: false };

const large = (fields = {}) => ({ response_size: 314159, payload: zeros(271828), ...fields });
const duplexRequest = (size, responseSize) => ({ payload: zeros(size), response_parameters: [{ size: responseSize }] });
const inMilliseconds = (ms) => ({ deadline: Date.now() + ms });

/** A unary call; resolves with the response, its headers and its trailers, or rejects with grpc-js' ServiceError. */
function unary(client, method, request, metadata = new grpc.Metadata()) {
  return new Promise((resolve, reject) => {
    const result = {};
    const call = client[method](request, metadata, inMilliseconds(20_000), (error, response) => (error ? reject(error) : Object.assign(result, { response })));
    call.on('metadata', (headers) => Object.assign(result, { headers }));
    call.on('status', ({ code, metadata: trailers }) => code === status.OK && resolve(Object.assign(result, { trailers })));
  });
}

/** A client-streaming call with its response. */
function inputCall(client) {
  let call;
  const response = new Promise((resolve, reject) => {
    call = client.StreamingInputCall(new grpc.Metadata(), inMilliseconds(20_000), (error, reply) => (error ? reject(error) : resolve(reply)));
  });
  response.catch(() => {}); // whoever awaits it learns of it
  return { call, response };
}

/** All responses of a stream, with its headers and trailers. */
async function collect(call) {
  const result = { responses: [] };
  call.on('metadata', (headers) => Object.assign(result, { headers }));
  const ended = new Promise((resolve) => call.on('status', resolve));
  for await (const response of call) result.responses.push(response);
  return { ...result, trailers: (await ended).metadata };
}

const sizes = async (call) => (await collect(call)).responses.map(sizeOf);

async function expectStatus(code, details, call) {
  const error = await call.then(() => assert.fail('the call succeeded'), (e) => e);
  assert.equal(error.code, code, error.message);
  if (details !== undefined) assert.equal(error.details, details);
}

// `plain` is the client; `gzip` and `deflate` are clients whose channels compress: grpc-js has no such option for a call.
const cases = {
  async empty_unary({ plain }) {
    assert.deepEqual((await unary(plain, 'EmptyCall', {})).response, {});
  },
  async large_unary({ plain }) {
    assert.equal(sizeOf((await unary(plain, 'UnaryCall', large())).response), 314159);
  },
  async client_compressed_unary({ plain, gzip, deflate }) {
    await expectStatus(status.INVALID_ARGUMENT, undefined, unary(plain, 'UnaryCall', large({ expect_compressed: yes })));
    for (const client of [gzip, deflate])
      assert.equal(sizeOf((await unary(client, 'UnaryCall', large({ expect_compressed: yes }))).response), 314159);
    assert.equal(sizeOf((await unary(plain, 'UnaryCall', large({ expect_compressed: no }))).response), 314159);
  },
  async server_compressed_unary({ plain }) {
    for (const response_compressed of [yes, no])
      assert.equal(sizeOf((await unary(plain, 'UnaryCall', large({ response_compressed }))).response), 314159);
    return noFlags;
  },
  async client_streaming({ plain }) {
    const { call, response } = inputCall(plain);
    for (const size of requestSizes) call.write({ payload: zeros(size) });
    call.end();
    assert.equal((await response).aggregated_payload_size, 74922);
  },
  async client_compressed_streaming({ gzip }) {
    // Node's write() refuses the flags that grpc-js takes in the place of an encoding; its call takes them.
    const sendPlain = ({ call }, request) => new Promise((callback) => call.call.sendMessageWithContext({ flags: 2, callback }, request));
    const probe = inputCall(gzip);
    await sendPlain(probe, { payload: zeros(27182), expect_compressed: yes });
    probe.call.end();
    await expectStatus(status.INVALID_ARGUMENT, undefined, probe.response);

    const stream = inputCall(gzip);
    await new Promise((written) => stream.call.write({ payload: zeros(27182), expect_compressed: yes }, written));
    await sendPlain(stream, { payload: zeros(45904), expect_compressed: no });
    stream.call.end();
    assert.equal((await stream.response).aggregated_payload_size, 73086);
  },
  async server_streaming({ plain }) {
    assert.deepEqual(await sizes(plain.StreamingOutputCall({ response_parameters: responseSizes.map((size) => ({ size })) })), responseSizes);
  },
  async server_compressed_streaming({ plain }) {
    const response_parameters = [{ size: 31415, compressed: yes }, { size: 92653, compressed: no }];
    assert.deepEqual(await sizes(plain.StreamingOutputCall({ response_parameters })), [31415, 92653]);
    return noFlags;
  },
  async ping_pong({ plain }) {
    const call = plain.FullDuplexCall();
    const responses = call[Symbol.asyncIterator]();
    for (const [turn, size] of requestSizes.entries()) {
      call.write(duplexRequest(size, responseSizes[turn]));
      assert.equal(sizeOf((await responses.next()).value), responseSizes[turn]);
    }
    call.end();
    assert.equal((await responses.next()).done, true);
  },
  async empty_stream({ plain }) {
    const call = plain.FullDuplexCall();
    call.end();
    assert.deepEqual(await sizes(call), []);
  },
  async custom_metadata({ plain }) {
    const metadata = new grpc.Metadata();
    metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
    metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from('ababab', 'hex'));
    const duplex = plain.FullDuplexCall(metadata);
    duplex.write(duplexRequest(271828, 314159));
    duplex.end();
    for (const { headers, trailers } of await Promise.all([unary(plain, 'UnaryCall', large(), metadata), collect(duplex)])) {
      assert.deepEqual(headers.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
      assert.deepEqual(trailers.get('x-grpc-test-echo-trailing-bin'), [Buffer.from('ababab', 'hex')]);
    }
  },
  async status_code_and_message({ plain }) {
    const response_status = { code: 2, message: 'test status message' };
    await expectStatus(status.UNKNOWN, response_status.message, unary(plain, 'UnaryCall', { response_status }));
    const call = plain.FullDuplexCall();
    call.write({ response_status });
    call.end();
    await expectStatus(status.UNKNOWN, response_status.message, collect(call));
  },
  async special_status_message({ plain }) {
    const message = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
    await expectStatus(status.UNKNOWN, message, unary(plain, 'UnaryCall', { response_status: { code: 2, message } }));
  },
  async unimplemented_method({ plain }) {
    await expectStatus(status.UNIMPLEMENTED, undefined, unary(plain, 'UnimplementedCall', {}));
  },
  async unimplemented_service({ unimplemented }) {
    await expectStatus(status.UNIMPLEMENTED, undefined, unary(unimplemented, 'UnimplementedCall', {}));
  },
  async cancel_after_begin({ plain }) {
    const { call, response } = inputCall(plain);
    call.cancel();
    await expectStatus(status.CANCELLED, undefined, response);
  },
  async cancel_after_first_response({ plain }) {
    const call = plain.FullDuplexCall();
    const responses = call[Symbol.asyncIterator]();
    call.write(duplexRequest(27182, 31415));
    assert.equal(sizeOf((await responses.next()).value), 31415);
    call.cancel();
    await expectStatus(status.CANCELLED, undefined, responses.next());
  },
  async timeout_on_sleeping_server({ plain }) {
    const call = plain.FullDuplexCall(new grpc.Metadata(), inMilliseconds(1));
    call.write({ payload: zeros(27182) });
    await expectStatus(status.DEADLINE_EXCEEDED, undefined, collect(call));
  },
};

/**
 * Runs all cases.
 * @param {string} address HOST:PORT
 * @param {Buffer} [authority] the certificate to trust, PEM; without it, HTTP/2 in clear
 * @returns a line for each case: "ok NAME", "partly NAME: what was not checked" or "FAILED NAME: reason"
 */
export async function runCases(address, authority) {
  const credentials = () => (authority ? grpc.credentials.createSsl(authority) : grpc.credentials.createInsecure());
  const compressing = (algorithm) => new testing.TestService(address, credentials(), { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms[algorithm] });
  const clients = {
    plain: new testing.TestService(address, credentials()),
    gzip: compressing('gzip'),
    deflate: compressing('deflate'),
    unimplemented: new testing.UnimplementedService(address, credentials()),
  };
  const lines = [];
  for (const [name, run] of Object.entries(cases)) {
    try {
      const unchecked = await run(clients);
      lines.push(unchecked ? `partly ${name}: ${unchecked}` : `ok ${name}`);
    } catch (error) {
      lines.push(`FAILED ${name}: ${error.message}`);
    }
  }
  for (const client of Object.values(clients)) client.close();
  return lines;
}
