import assert from 'node:assert/strict';
import { Code, createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-node';
import { after, before, describe, test } from 'node:test';
import { InferenceService } from '../support/connect.mjs';
import { startService } from '../support/service.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

describe("connect's client of gRPC-Web", () => {
  const trace = readTaxiTrace();
  let service;
  before(async () => {
    service = await startService();
  });
  after(async () => {
    assert.equal(await service.stop(), 0, service.log());
  });

  const ports = [
    ['HTTP/1.1 on the HTTP port', () => ({ baseUrl: service.http, httpVersion: '1.1' })],
    ['HTTP/2 on the gRPC port', () => ({ baseUrl: `http://${service.grpc}`, httpVersion: '2' })],
  ];
  for (const [port, address] of ports) {
    const clientOf = () => createClient(InferenceService, createGrpcWebTransport(address()));
    const step = (number) => ({ kind: { case: 'step', value: { handle: 1, step: BigInt(number), x: Array.from(trace.x[number - 1]) } } });

    test(`${port}: a session is opened, stepped and closed by unary calls`, async () => {
      const client = clientOf();
      const { sessionId, inputSize } = await client.openSession({ model: 'nyc-taxi' });
      assert.equal(inputSize, 5);
      for (let number = 1; number <= 20; number++) {
        const { result } = await client.step({ sessionId, step: BigInt(number), x: Array.from(trace.x[number - 1]) });
        assert.equal(result.step, BigInt(number));
        assert.ok(difference(result.y, trace.y[number - 1]) <= tolerance, `step ${number}: got ${result.y}`);
      }
      assert.equal((await client.closeSession({ sessionId })).step, 20n);
    });

    test(`${port}: on a stream each step is sent after the reply to the one before`, async () => {
      const replies = [];
      let wake = () => {};
      async function* requests() {
        yield { kind: { case: 'open', value: { handle: 1, model: 'nyc-taxi' } } };
        for (let number = 1; number <= 20; number++) {
          while (replies.length < number) await new Promise((resolve) => { wake = resolve; });
          yield step(number);
        }
      }
      for await (const reply of clientOf().stream(requests(), { timeoutMs: 60_000 })) {
        replies.push(reply.kind);
        wake();
      }
      assert.deepEqual(replies.map((kind) => kind.case), ['opened', ...Array(20).fill('result')]);
      replies.slice(1).forEach(({ value }, i) => assert.ok(difference(value.y, trace.y[i]) <= tolerance, `step ${i + 1}: got ${value.y}`));
    });

    test(`${port}: a refusal has its status and its details`, async () => {
      const error = await clientOf().getSession({ sessionId: 'nobody' }).then(() => assert.fail('was found'), (e) => e);
      assert.equal(error.code, Code.NotFound);
      assert.match(error.rawMessage, /nobody/);
      assert.equal(error.details[0].type, 'google.rpc.ErrorInfo');
    });
  }
});
