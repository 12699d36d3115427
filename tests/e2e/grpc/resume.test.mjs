import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { after, before, describe, test } from 'node:test';
import { call, connect } from '../support/proto.mjs';
import { startService } from '../support/service.mjs';
import { Stream } from '../support/stream.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

const { status } = grpc;

describe('streams that break', () => {
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

  /** Takes the steps `from`..`to` one by one under handle 1 and compares each with the reference. */
  async function follow(stream, from, to) {
    for (let step = from; step <= to; step++) {
      const reply = await stream.step(1, step, trace.x[step - 1]);
      assert.equal(reply.kind, 'result', JSON.stringify(reply));
      assert.equal(reply.result.step, step);
      assert.ok(difference(reply.result.y, trace.y[step - 1]) <= tolerance, `step ${step}: got ${reply.result.y}`);
    }
  }

  test('a cancelled stream: the session goes on where it was on a new stream', async () => {
    const first = new Stream(client);
    await first.open(1, 'cancelled');
    await follow(first, 1, 50);
    const ended = await first.cancel();
    assert.equal(ended.code, status.CANCELLED);

    const second = new Stream(client);
    const session = await second.open(1, 'cancelled', { model: '', mode: 'OPEN_MODE_RESUME' });
    assert.deepEqual([session.step, session.resumed, session.model], [50, true, 'nyc-taxi']);
    await follow(second, 51, 100);
    await second.end();
  });

  test('cancelled with steps on their way: the server says how far it came, and nothing is counted twice', async () => {
    const first = new Stream(client);
    await first.open(1, 'in-flight');
    await follow(first, 1, 20);
    const lost = [21, 22, 23, 24, 25, 26, 27, 28].map((step) => first.step(1, step, trace.x[step - 1]));
    await lost[2]; // at least these were done
    await first.cancel();
    await Promise.allSettled(lost);

    const second = new Stream(client);
    const session = await second.open(1, 'in-flight', { mode: 'OPEN_MODE_CREATE_OR_RESUME' });
    assert.ok(session.step >= 23 && session.step <= 28, `step ${session.step}`);
    await follow(second, session.step + 1, 100);
    await second.end();
  });

  test('a deadline ends the stream with DEADLINE_EXCEEDED, not the session', async () => {
    const first = new Stream(client, { deadline: Date.now() + 2_000 });
    await first.open(1, 'deadline');
    await follow(first, 1, 10);
    assert.equal((await first.status).code, status.DEADLINE_EXCEEDED);

    const second = new Stream(client);
    assert.equal((await second.open(1, 'deadline', { mode: 'OPEN_MODE_RESUME' })).step, 10);
    await follow(second, 11, 30);
    await second.end();
  });

  test('a step sent again returns the same reply and leaves the state alone', async () => {
    const stream = new Stream(client);
    await stream.open(1, 'replay');
    await follow(stream, 1, 4);
    const { result: once } = await stream.step(1, 5, trace.x[4]);
    const { result: again } = await stream.step(1, 5, trace.x[4]);
    assert.deepEqual([once.replayed, again.replayed, again.step], [false, true, 5]);
    assert.deepEqual(again.y, once.y);
    await stream.end();

    const { result: elsewhere } = await call(client, 'step', { session_id: 'replay', step: 5, x: Array.from(trace.x[4]) });
    assert.deepEqual([elsewhere.replayed, elsewhere.y], [true, once.y]);

    const next = new Stream(client);
    assert.equal((await next.open(1, 'replay', { mode: 'OPEN_MODE_RESUME' })).step, 5);
    await follow(next, 6, 30);
    await next.end();
  });

  test('h and c come with a step on request and are those of every layer', async () => {
    const stream = new Stream(client);
    await stream.open(1, 'state');
    const { result } = await stream.step(1, 1, trace.x[0], { want_state: true });
    assert.deepEqual(result.state.map(({ name, shape, values }) => [name, shape, values.length]),
      ['layer0.h', 'layer0.c', 'layer1.h', 'layer1.c'].map((name) => [name, [64], 64]));
    await stream.end();
  });
});
