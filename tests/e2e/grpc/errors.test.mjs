import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { after, before, describe, test } from 'node:test';
import { call, connect, errorInfo } from '../support/proto.mjs';
import { startService } from '../support/service.mjs';
import { Stream } from '../support/stream.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

const { status } = grpc;

describe('errors', () => {
  const trace = readTaxiTrace();
  let service, client;
  before(async () => {
    service = await startService();
    client = connect(service.grpc);
  });
  after(async () => {
    client.close();
    assert.equal(await service.stop(), 0, service.log());
  });

  /** Runs `fault` between step 1 and step 2: the in-band error is returned, and step 2 has to match the reference. */
  async function betweenSteps(sessionId, fault) {
    const stream = new Stream(client);
    await stream.open(1, sessionId);
    await stream.step(1, 1, trace.x[0]);
    const reply = await fault(stream);
    assert.equal(reply.kind, 'error', JSON.stringify(reply));
    const next = await stream.step(1, 2, trace.x[1]);
    assert.equal(next.kind, 'result', JSON.stringify(next));
    assert.ok(difference(next.result.y, trace.y[1]) <= tolerance, `the state changed: step 2 gave ${next.result.y}`);
    await stream.end();
    return reply.error;
  }

  test('a stream that begins with a step ends with the reason in its trailers', async () => {
    const stream = new Stream(client);
    await assert.rejects(stream.step(1, 1, trace.x[0]));
    const error = await stream.status;
    assert.equal(error.code, status.FAILED_PRECONDITION);
    const info = errorInfo(error);
    assert.deepEqual([info.reason, info.domain, info.code], ['STREAM_NOT_OPENED', 'lstm', status.FAILED_PRECONDITION]);
    assert.equal(info.message, error.details);
  });

  test('NaN among the inputs is refused in band and leaves the state alone', async () => {
    const error = await betweenSteps('nan', (stream) => stream.step(1, 2, [NaN, 0, 1, 0, 1]));
    assert.deepEqual([error.code, error.reason, error.step], [status.INVALID_ARGUMENT, 'INPUT_NOT_FINITE', 2]);
  });

  test('infinity among the inputs is refused in band and leaves the state alone', async () => {
    const error = await betweenSteps('infinity', (stream) => stream.step(1, 2, [1, 0, 1, 0, -Infinity]));
    assert.equal(error.reason, 'INPUT_NOT_FINITE');
  });

  test('a wrong number of inputs is refused in band, says both numbers and leaves the state alone', async () => {
    const error = await betweenSteps('shape', (stream) => stream.step(1, 2, [1, 2, 3, 4]));
    assert.deepEqual([error.code, error.reason, error.step], [status.INVALID_ARGUMENT, 'INPUT_SHAPE', 2]);
    assert.match(error.message, /\b5\b.*\b4\b/s);
  });

  test('a gap between steps is refused in band with the number that was expected', async () => {
    const error = await betweenSteps('gap', (stream) => stream.step(1, 7, trace.x[6]));
    assert.deepEqual([error.code, error.reason, error.step], [status.FAILED_PRECONDITION, 'STEP_GAP', 7]);
    assert.ok(Object.values(error.metadata).includes('2'), JSON.stringify(error.metadata));
  });

  test('an unknown model is refused in band, and the stream goes on', async () => {
    const error = await betweenSteps('model', (stream) => stream.send({ open: { handle: 2, session_id: 'other', model: 'no-such-model' } }));
    assert.deepEqual([error.code, error.reason], [status.NOT_FOUND, 'MODEL_NOT_FOUND']);
    assert.match(error.message, /nyc-taxi/);
  });

  test('a session that exists already is refused in band, and the session goes on', async () => {
    const error = await betweenSteps('twice', (stream) => stream.send({ open: { handle: 2, session_id: 'twice', model: 'nyc-taxi' } }));
    assert.deepEqual([error.code, error.reason], [status.ALREADY_EXISTS, 'SESSION_EXISTS']);
  });

  test('a handle that is not open is refused in band', async () => {
    const error = await betweenSteps('handle', (stream) => stream.step(9, 1, trace.x[0]));
    assert.equal(error.reason, 'HANDLE_NOT_OPEN');
  });

  const unary = [
    ['an unknown model', 'openSession', { session_id: 'u1', model: 'no-such-model' }, status.NOT_FOUND, 'MODEL_NOT_FOUND'],
    ['a session without a model', 'openSession', { session_id: 'u2' }, status.INVALID_ARGUMENT, 'MODEL_REQUIRED'],
    ['a session id with a space', 'openSession', { session_id: 'u 3', model: 'nyc-taxi' }, status.INVALID_ARGUMENT, 'INVALID_SESSION_ID'],
    ['an unknown session', 'getSession', { session_id: 'nobody' }, status.NOT_FOUND, 'SESSION_NOT_FOUND'],
    ['a step of an unknown session', 'step', { session_id: 'nobody', step: 1, x: [1, 2, 3, 4, 5] }, status.NOT_FOUND, 'SESSION_NOT_FOUND'],
    ['closing an unknown session', 'closeSession', { session_id: 'nobody' }, status.NOT_FOUND, 'SESSION_NOT_FOUND'],
    ['the details of an unknown model', 'getModel', { model: 'no-such-model' }, status.NOT_FOUND, 'MODEL_NOT_FOUND'],
  ];
  for (const [what, method, request, code, reason] of unary) {
    test(`${what} is refused with ${reason} in grpc-status-details-bin`, async () => {
      const error = await call(client, method, request).then(() => assert.fail('was accepted'), (e) => e);
      assert.equal(error.code, code, error.message);
      const info = errorInfo(error);
      assert.deepEqual([info.reason, info.domain, info.code, info.message], [reason, 'lstm', code, error.details]);
    });
  }

  test('a session that was closed says so to the next caller', async () => {
    await call(client, 'openSession', { session_id: 'closed', model: 'nyc-taxi' });
    await call(client, 'closeSession', { session_id: 'closed' });
    const error = await call(client, 'getSession', { session_id: 'closed' }).then(() => assert.fail('was found'), (e) => e);
    assert.deepEqual([error.code, errorInfo(error).reason], [status.NOT_FOUND, 'SESSION_CLOSED']);
  });

  test('a message above the limit is refused as RESOURCE_EXHAUSTED', async () => {
    await call(client, 'openSession', { session_id: 'large', model: 'nyc-taxi' });
    const x = new Array(300_000).fill(1); // 1.2 MB; the limit is 1 MiB
    const error = await call(client, 'step', { session_id: 'large', x, count: 60_000 }).then(() => assert.fail('was accepted'), (e) => e);
    assert.equal(error.code, status.RESOURCE_EXHAUSTED, error.message);
    assert.equal((await call(client, 'getSession', { session_id: 'large' })).step, 0);
  });
});
