import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from '../support/proto.mjs';
import { startService } from '../support/service.mjs';
import { Stream } from '../support/stream.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

describe('the taxi series', () => {
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

  test('all 10,320 steps, one in a message, reply by reply, match the float64 reference', async (t) => {
    const stream = new Stream(client);
    const session = await stream.open(1, 'taxi');
    assert.deepEqual([session.input_size, session.output_size, session.step, session.resumed], [5, 3, 0, false]);

    let worst = 0;
    const started = performance.now();
    for (let step = 1; step <= trace.steps; step++) {
      const reply = await stream.step(1, step, trace.x[step - 1]);
      assert.equal(reply.kind, 'result', JSON.stringify(reply));
      assert.deepEqual([reply.handle, reply.result.step, reply.result.count, reply.result.replayed], [1, step, 1, false]);
      const off = difference(reply.result.y, trace.y[step - 1]);
      assert.ok(off <= tolerance, `step ${step}: got ${reply.result.y}, reference ${trace.y[step - 1]}`);
      worst = Math.max(worst, off);
    }
    const perSecond = trace.steps / ((performance.now() - started) / 1000);
    t.diagnostic(`${perSecond.toFixed(0)} steps per second, largest difference ${worst.toFixed(4)} passengers (allowed ${tolerance})`);

    const { closed } = await stream.send({ close: { handle: 1, end_session: true } });
    assert.deepEqual([closed.session_id, closed.step], ['taxi', trace.steps]);
    await stream.end();
  });

  test('a chunk of 500 steps in one message gives what the steps give one by one', async () => {
    const stream = new Stream(client);
    await stream.open(1, 'chunk');
    const { result } = await stream.send({ step: { handle: 1, step: 1, count: 500, x: trace.x.slice(0, 500).flatMap((x) => Array.from(x)) } });
    assert.deepEqual([result.step, result.count, result.y.length], [1, 500, 1500]);
    for (let i = 0; i < 500; i++) {
      const y = result.y.slice(3 * i, 3 * i + 3);
      assert.ok(difference(y, trace.y[i]) <= tolerance, `step ${i + 1}: got ${y}, reference ${trace.y[i]}`);
    }
    await stream.end();
  });

  test('64 sessions on one stream, each at another place of the series, do not mix', async () => {
    const sessions = 64, steps = 100;
    const stream = new Stream(client);
    await Promise.all(Array.from({ length: sessions }, (_, i) => stream.open(i + 1, `many-${i}`)));

    // Session i starts i rounds later than the first, and all steps of a round are on their way together.
    for (let round = 0; round < sessions + steps; round++) {
      const sent = [];
      for (let i = 0; i < sessions; i++) {
        const step = round - i + 1;
        if (step >= 1 && step <= steps) sent.push({ handle: i + 1, step, reply: stream.step(i + 1, step, trace.x[step - 1]) });
      }
      for (const { handle, step, reply } of sent) {
        const answer = await reply;
        assert.deepEqual([answer.kind, answer.handle, answer.result?.step], ['result', handle, step], JSON.stringify(answer));
        assert.ok(difference(answer.result.y, trace.y[step - 1]) <= tolerance, `handle ${handle}, step ${step}`);
      }
    }
    await stream.end();
  });
});
