import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { compose, dockerLacks } from '../support/docker.mjs';
import { root } from '../support/paths.mjs';
import { connect } from '../support/proto.mjs';
import { Stream } from '../support/stream.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

const readyWithinMs = 60_000;
const skip = dockerLacks() || (!compose && 'no Compose: apt-get install docker-compose');

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// A container's port takes connections before anybody listens behind it: such a request may neither succeed nor fail, and nothing but the timer
// keeps Node from ending meanwhile.
async function ready(url) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 5_000);
  try {
    return (await fetch(url, { signal: patience.signal })).status === 200;
  } catch {
    return false; // not listening yet
  } finally {
    clearTimeout(timer);
  }
}

test('docker-compose.yml starts a service that streams, and takes it down', { skip }, async () => {
  const [http, grpc] = [await freePort(), await freePort()];
  const [command, ...first] = compose;
  const run = (...args) => execFileSync(command, [...first, '--project-name', `lstm-e2e-${process.pid}`, ...args], {
    cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LSTM_HTTP_PORT: String(http), LSTM_GRPC_PORT: String(grpc) },
  });

  console.error(`${compose.join(' ')} up`);
  try {
    run('up', '--detach', '--build');
    const deadline = Date.now() + readyWithinMs;
    while (!(await ready(`http://localhost:${http}/healthz/ready`))) {
      assert.ok(Date.now() < deadline, `not ready within ${readyWithinMs / 1000} s:\n${run('logs')}`);
      await delay(100);
    }

    const trace = readTaxiTrace();
    const client = connect(`localhost:${grpc}`);
    const stream = new Stream(client);
    await stream.open(1, 'compose');
    for (let step = 1; step <= 50; step++) {
      const { result } = await stream.step(1, step, trace.x[step - 1]);
      assert.ok(difference(result.y, trace.y[step - 1]) <= tolerance, `step ${step}: got ${result.y}`);
    }
    await stream.end();
    client.close();
  } finally {
    run('down', '--timeout', '20');
  }
  assert.equal(await ready(`http://localhost:${http}/healthz/live`), false, 'still there after down');
});
