import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { browserLacks, launch } from '../support/browser.mjs';
import { inRoot } from '../support/paths.mjs';
import { startService } from '../support/service.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

const modules = inRoot('tests/e2e/node_modules');
const example = readFileSync(inRoot('docs/api.md'), 'utf8').match(/^async function\* callGrpcWeb.*?^}$/ms)[0];

// The page: protobuf.js, Google's client of gRPC-Web, and the example of docs/api.md as it stands there.
const files = {
  '/': ['text/html', `<!doctype html><script src="/protobuf.js"></script><script type="module">
    import * as grpcWeb from '/grpc-web.js';
    ${example}
    const proto = await (await fetch('/inference.proto')).text();
    Object.assign(window, { grpcWeb, callGrpcWeb, types: protobuf.parse(proto, { keepCase: true }).root, isReady: true });
  </script>`],
  '/protobuf.js': ['text/javascript', readFileSync(`${modules}/protobufjs/dist/protobuf.js`)],
  '/grpc-web.js': ['text/javascript', readFileSync(`${modules}/grpc-web/index.esm.js`)],
  '/inference.proto': ['text/plain', readFileSync(inRoot('protos/lstm/v1/inference.proto'))],
};

describe('gRPC-Web from a page of another origin', { skip: browserLacks }, () => {
  const trace = readTaxiTrace();
  let pages, origin, service, browser, page;
  before(async () => {
    pages = createServer((request, response) => {
      const [type, content] = files[request.url] ?? ['text/plain', ''];
      response.writeHead(200, { 'content-type': type }).end(content);
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    origin = `http://127.0.0.1:${pages.address().port}`;
    service = await startService(['--Lstm:Grpc:WebOrigins', origin]);
    browser = await launch();
    page = await open(origin);
  });
  after(async () => {
    await browser?.close();
    pages.close();
    assert.equal(await service.stop(), 0, service.log());
  });

  async function open(address) {
    const opened = await browser.newPage();
    await opened.goto(address);
    await opened.waitForFunction('window.isReady');
    return opened;
  }

  /** Google's client, in the page: calls a method and gives all replies and the status. */
  const callByGoogle = (format, method, kinds, request) => page.evaluate(([address, format, method, kinds, request]) => new Promise((resolve) => {
    const { GrpcWebClientBase, MethodDescriptor } = window.grpcWeb;
    const [input, output] = kinds.map((kind) => window.types.lookupType(`lstm.v1.${kind}`));
    const replies = [];
    const descriptor = new MethodDescriptor(`/lstm.v1.Inference/${method}`, 'server_streaming', Object, Object,
      (fields) => input.encode(input.fromObject(fields)).finish(), (bytes) => output.toObject(output.decode(bytes), { longs: Number }));
    const call = new GrpcWebClientBase({ format }).serverStreaming(`${address}/lstm.v1.Inference/${method}`, request, {}, descriptor);
    call.on('data', (reply) => replies.push(reply));
    call.on('error', (error) => resolve({ replies, code: error.code, message: error.message, details: error.metadata?.['grpc-status-details-bin'] }));
    call.on('end', () => resolve({ replies, code: 0 }));
  }), [service.http, format, method, kinds, request]);

  for (const format of ['text', 'binary']) {
    test(`Google's client opens a session and steps it, in ${format}`, async () => {
      const session_id = `google-${format}`;
      const opened = await callByGoogle('text', 'OpenSession', ['OpenSessionRequest', 'Session'], { session_id, model: 'nyc-taxi' });
      assert.deepEqual([opened.code, opened.replies[0]?.session_id], [0, session_id], JSON.stringify(opened));
      for (let step = 1; step <= 3; step++) {
        const { replies, code } = await callByGoogle(format, 'Step', ['StepRequest', 'StepReply'], { session_id, step, x: Array.from(trace.x[step - 1]) });
        assert.deepEqual([code, replies.length, replies[0]?.result.step], [0, 1, step]);
        assert.ok(difference(replies[0].result.y, trace.y[step - 1]) <= tolerance, `step ${step}: got ${replies[0].result.y}`);
      }
    });

    test(`Google's client sees a refusal with its details, in ${format}`, async () => {
      const { code, message, details } = await callByGoogle(format, 'GetSession', ['GetSessionRequest', 'Session'], { session_id: 'nobody' });
      assert.equal(code, 5);
      assert.match(message, /nobody/);
      assert.match(atob(details), /SESSION_NOT_FOUND/);
    });
  }

  test('the example of docs/api.md streams 10,000 steps in one request', async (t) => {
    const steps = 10_000;
    const started = performance.now();
    const replies = await page.evaluate(async ([address, inputs]) => {
      const request = (fields) => window.types.lookupType('lstm.v1.StreamRequest').encode(fields).finish();
      const requests = [request({ open: { handle: 1, model: 'nyc-taxi' } }), ...inputs.map((x, i) => request({ step: { handle: 1, step: i + 1, x } }))];
      const replies = [];
      for await (const bytes of window.callGrpcWeb(`${address}/lstm.v1.Inference/Stream`, requests))
        replies.push(window.types.lookupType('lstm.v1.StreamReply').decode(bytes).result?.y);
      return replies;
    }, [service.http, trace.x.slice(0, steps).map((x) => Array.from(x))]);
    t.diagnostic(`${steps} steps in ${((performance.now() - started) / 1000).toFixed(1)} s`);

    assert.equal(replies.length, 1 + steps);
    for (let step = 1; step <= steps; step++) assert.ok(difference(replies[step], trace.y[step - 1]) <= tolerance, `step ${step}: got ${replies[step]}`);
  });

  test('the example of docs/api.md throws what a refusal says', async () => {
    const text = await page.evaluate(async (address) => {
      const request = window.types.lookupType('lstm.v1.StreamRequest').encode({ step: { handle: 1 } }).finish();
      try {
        for await (const reply of window.callGrpcWeb(`${address}/lstm.v1.Inference/Stream`, [request])) return `reply of ${reply.length} bytes`;
        return 'no fault';
      } catch (fault) {
        return fault.message;
      }
    }, service.http);
    assert.equal(text, 'gRPC status 9: Expected open as the first message of the stream but got step. Open a session first.');
  });

  test('a page of an origin that is not named is kept out', async () => {
    const stranger = await open(origin.replace('127.0.0.1', 'localhost'));
    const fault = await stranger.evaluate(async (address) => {
      try {
        for await (const reply of window.callGrpcWeb(`${address}/lstm.v1.Inference/ListModels`, [new Uint8Array()])) return `reply of ${reply.length} bytes`;
        return 'no fault';
      } catch (fault) {
        return fault.message;
      }
    }, service.http);
    assert.equal(fault, 'Failed to fetch');
  });
});
