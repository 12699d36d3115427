import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startService } from '../support/service.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

describe('HTTP', () => {
  const trace = readTaxiTrace();
  let service;
  before(async () => { service = await startService(); });
  after(async () => assert.equal(await service.stop(), 0, service.log()));

  /** Sends a request; a body that is no text is sent as JSON. */
  async function send(method, path, body) {
    const response = await fetch(service.http + path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, headers: response.headers, text, body: type.includes('json') ? JSON.parse(text) : undefined };
  }

  function assertProblem(response, status, reason) {
    assert.equal(response.status, status, response.text);
    assert.match(response.type, /^application\/problem\+json/);
    const { title, detail } = response.body;
    assert.deepEqual([response.body.status, response.body.reason], [status, reason]);
    assert.ok(title.length > 0 && detail.length > 0, response.text);
  }

  test('the shipped models are listed with their layers', async () => {
    const { status, body } = await send('GET', '/v1/models');
    assert.equal(status, 200);
    assert.deepEqual(body.models.map((model) => model.name), ['char-lm', 'nyc-taxi']);
    const { body: taxi } = await send('GET', '/v1/models/nyc-taxi');
    assert.deepEqual([taxi.backend, taxi.input_size, taxi.output_size], ['native', 5, 3]);
    assert.deepEqual(taxi.layers.map(({ kind, hidden_size: n }) => [kind, n]), [['LSTM', 64], ['LSTM', 64]]);
  });

  test('a whole sequence gives what its steps give', async () => {
    const x = Array.from({ length: 100 }, (_, t) => Array.from(trace.x[t]));
    const { status, body, text } = await send('POST', '/v1/models/nyc-taxi:predict', { sequences: [{ x }, { x: x.slice(0, 3) }] });
    assert.deepEqual([status, body.sequences?.map((s) => s.length)], [200, [100, 3]], text);
    for (const { length, outputs: [y] } of body.sequences) {
      assert.deepEqual(y.shape, [length, 3]);
      for (let t = 0; t < length; t++)
        assert.ok(difference(y.values.slice(3 * t, 3 * t + 3), trace.y[t]) <= tolerance, `timestep ${t}: got ${y.values.slice(3 * t, 3 * t + 3)}`);
    }
  });

  test('a session is opened, stepped, looked at and closed', async () => {
    const opened = await send('POST', '/v1/sessions', { session_id: 'http', model: 'nyc-taxi' });
    assert.deepEqual([opened.status, opened.body.step, opened.headers.get('location')], [201, 0, '/v1/sessions/http'], opened.text);

    for (let step = 1; step <= 100; step++) {
      const { status, body, text } = await send('POST', '/v1/sessions/http:step', { step, x: Array.from(trace.x[step - 1]) });
      assert.deepEqual([status, body.step, body.replayed], [200, step, false], text);
      assert.ok(difference(body.y, trace.y[step - 1]) <= tolerance, `step ${step}: got ${body.y}`);
    }
    const again = await send('POST', '/v1/sessions/http:step', { step: 100, x: Array.from(trace.x[99]) });
    assert.deepEqual([again.status, again.body.replayed], [200, true], again.text);

    const { body: session } = await send('GET', '/v1/sessions/http?state=true');
    assert.equal(session.step, 100);
    assert.deepEqual(session.state.map(({ name }) => name), ['layer0.h', 'layer0.c', 'layer1.h', 'layer1.c']);
    const { body: list } = await send('GET', '/v1/sessions');
    assert.deepEqual([list.sessions.map((s) => s.session_id), list.total], [['http'], 1]);

    const closed = await send('DELETE', '/v1/sessions/http');
    assert.deepEqual([closed.status, closed.body.step], [200, 100], closed.text);
    assertProblem(await send('GET', '/v1/sessions/http'), 410, 'SESSION_CLOSED');
  });

  test('faults are problem+json, and the state survives them', async () => {
    await send('POST', '/v1/sessions', { session_id: 'faults', model: 'nyc-taxi' });
    const step = (body) => send('POST', '/v1/sessions/faults:step', body);
    await step({ step: 1, x: Array.from(trace.x[0]) });

    assertProblem(await step({ step: 2, x: [1, 2, 3, 4] }), 400, 'INPUT_SHAPE');
    assertProblem(await step({ step: 2, x: ['NaN', 0, 1, 0, 1] }), 400, 'INPUT_NOT_FINITE');
    assertProblem(await step({ step: 9, x: Array.from(trace.x[8]) }), 409, 'STEP_GAP');
    assertProblem(await step('{"step": 2, "x": [1, 2'), 400, 'MALFORMED_JSON');
    assertProblem(await step({ step: 2, y: [1] }), 400, 'UNKNOWN_FIELD');
    assertProblem(await step(`{"x": [${'1,'.repeat(600_000)}1]}`), 413, 'MESSAGE_TOO_LARGE');
    assertProblem(await send('POST', '/v1/sessions', { session_id: 'faults', model: 'nyc-taxi' }), 409, 'SESSION_EXISTS');
    assertProblem(await send('POST', '/v1/sessions', { session_id: 'other', model: 'no-such-model' }), 404, 'MODEL_NOT_FOUND');
    assertProblem(await send('GET', '/v1/sessions/nobody'), 404, 'SESSION_NOT_FOUND');
    assertProblem(await send('GET', '/v1/nothing'), 404, 'ROUTE_NOT_FOUND');
    assertProblem(await send('PUT', '/v1/models'), 405, 'METHOD_NOT_ALLOWED');

    const { body } = await step({ step: 2, x: Array.from(trace.x[1]) });
    assert.ok(difference(body.y, trace.y[1]) <= tolerance, `the state changed: step 2 gave ${body.y}`);
  });

  test('health and metrics answer operators', async () => {
    assert.equal((await send('GET', '/healthz/live')).status, 200);
    assert.deepEqual((await send('GET', '/healthz/ready')).body.models.map(({ name, status }) => [name, status]), [['char-lm', 'ready'], ['nyc-taxi', 'ready']]);

    const steps = async () => Number(/^lstm_steps_total\{[^}]*model="nyc-taxi"[^}]*\} (\d+)/m.exec((await send('GET', '/metrics')).text)?.[1] ?? 0);
    const earlier = await steps();
    await send('POST', '/v1/sessions', { session_id: 'metered', model: 'nyc-taxi' });
    await send('POST', '/v1/sessions/metered:step', { x: [trace.x[0], trace.x[1]].map((x) => Array.from(x)) });
    assert.equal(await steps(), earlier + 2);
  });

  test('the API describes itself', async () => {
    const { status, body } = await send('GET', '/swagger/v1/swagger.json');
    assert.equal(status, 200);
    for (const path of ['/v1/models', '/v1/models/{model}', '/v1/models/{model}:predict', '/v1/sessions', '/v1/sessions/{id}', '/v1/sessions/{id}:step'])
      assert.ok(path in body.paths, `${path} is not described`);
  });
});
