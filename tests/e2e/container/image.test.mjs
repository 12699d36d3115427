import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { baseImages, dockerLacks, output } from '../support/docker.mjs';
import { inRoot, root } from '../support/paths.mjs';
import { call, connect } from '../support/proto.mjs';
import { Stream } from '../support/stream.mjs';
import { difference, readTaxiTrace, tolerance } from '../support/trace.mjs';

// The container that would clean up after a crash is an image to pull, and here may be no registry. The tests stop theirs.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
const { GenericContainer, Wait } = await import('testcontainers');

const image = 'lstm-e2e'; // stays, so that the next build finds its layers
const largestAddition = 90e6; // bytes above the base image
const inspect = (what, format) => output('docker', 'inspect', '--format', format, what);

/** As docker-compose.yml runs it: nothing but mounts can be written. */
class ReadOnlyContainer extends GenericContainer {
  hostConfig = { ...this.hostConfig, ReadonlyRootfs: true };
}

describe('the container image', { skip: dockerLacks() }, () => {
  const trace = readTaxiTrace();
  const running = [];
  async function start(configure = (container) => container) {
    const container = configure(new ReadOnlyContainer(image).withExposedPorts(8000, 8001))
      .withSecurityOpt('no-new-privileges')
      .withWaitStrategy(Wait.forHealthCheck());
    const started = await container.withStartupTimeout(60_000).start();
    running.push(started);
    return started;
  }
  const address = (container, port) => `${container.getHost()}:${container.getMappedPort(port)}`;

  before(() => {
    console.error('building the image (about a minute when nothing is cached)');
    output('docker', 'build', '--tag', image, root); // by the client, as a user does: its output tells what broke
  });
  after(() => Promise.all(running.map((container) => container.stop())));

  test('adds at most 90 MB to its base image', (t) => {
    const [base, whole] = [baseImages.at(-1), image].map((name) => Number(inspect(name, '{{.Size}}')));
    t.diagnostic(`${((whole - base) / 1e6).toFixed(1)} MB above the base image of ${(base / 1e6).toFixed(0)} MB`);
    assert.ok(whole - base <= largestAddition);
  });

  test('runs as an ordinary user on a read-only file system, streams as the reference, and stops gracefully', async (t) => {
    const container = await start();
    const user = await container.exec(['id', '-u']);
    assert.notEqual(user.output.trim(), '0');
    assert.notEqual((await container.exec(['touch', '/app/x'])).exitCode, 0, 'the file system can be written');
    assert.equal((await fetch(`http://${address(container, 8000)}/healthz/ready`)).status, 200);

    const client = connect(address(container, 8001));
    const stream = new Stream(client);
    await stream.open(1, 'container');
    let worst = 0;
    for (let step = 1; step <= 500; step++) {
      const { result } = await stream.step(1, step, trace.x[step - 1]);
      worst = Math.max(worst, difference(result.y, trace.y[step - 1]));
    }
    await stream.end();
    client.close();
    assert.ok(worst <= tolerance, `largest difference ${worst}`);

    const started = performance.now();
    output('docker', 'stop', '--time', '20', container.getId());
    const seconds = (performance.now() - started) / 1000;
    t.diagnostic(`500 steps, largest difference ${worst.toFixed(4)} passengers; stopped in ${seconds.toFixed(1)} s`);
    assert.equal(inspect(container.getId(), '{{.State.ExitCode}}'), '0', output('docker', 'logs', container.getId()));
  });

  test('serves the models of a volume in place of its own', async () => {
    const container = await start((c) => c
      .withBindMounts([{ source: inRoot('models/char-lm'), target: '/volume/letters', mode: 'ro' }])
      .withEnvironment({ LSTM__MODELS__DIRECTORY: '/volume' }));
    const client = connect(address(container, 8001));
    const { models } = await call(client, 'listModels', {});
    client.close();
    assert.deepEqual(models.map((model) => model.name), ['letters']);
  });
});
