import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { inRoot } from '../support/paths.mjs';
import { startService } from '../support/service.mjs';
import { tolerance } from '../support/trace.mjs';

const python = process.env.PYTHON ?? '/usr/bin/python3';

/** Why the test cannot run here; false when it can. */
function lacking() {
  const runs = (command, ...args) => {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (!runs(python, '-c', 'import grpc, google.protobuf')) return `${python} has no grpc: apt-get install python3-grpcio python3-protobuf`;
  if (!runs('protoc', '--version')) return 'no protoc: apt-get install protobuf-compiler';
  return false;
}

describe('Python', { skip: lacking() }, () => {
  let service, stubs;
  before(async () => {
    stubs = mkdtempSync(path.join(os.tmpdir(), 'lstm-e2e-python-'));
    execFileSync('protoc', ['-I', inRoot('protos'), `--python_out=${stubs}`,
      'lstm/v1/inference.proto', 'grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto']);
    service = await startService();
  });
  after(async () => {
    rmSync(stubs, { recursive: true, force: true });
    assert.equal(await service.stop(), 0, service.log());
  });

  test('grpcio streams all 10,320 steps, and every reply matches the float64 reference', async (t) => {
    const script = inRoot('tests/e2e/python/stream_series.py');
    const { stdout } = await promisify(execFile)(python, [script, service.grpc, stubs, inRoot('models/nyc-taxi/trace_full.json')],
      { timeout: 300_000 });
    const { steps, max_abs_diff: worst, steps_per_second: perSecond } = JSON.parse(stdout);
    t.diagnostic(`${perSecond.toFixed(0)} steps per second, largest difference ${worst.toFixed(4)} passengers (allowed ${tolerance})`);
    assert.equal(steps, 10_320);
    assert.ok(worst <= tolerance, `largest difference ${worst}`);
  });

  test('grpcio finds the service by reflection, calls it by what it found, and asks for its health', async () => {
    const { stdout } = await promisify(execFile)(python, [inRoot('tests/e2e/python/discover.py'), service.grpc, stubs], { timeout: 60_000 });
    const { y, ...found } = JSON.parse(stdout);
    assert.deepEqual(found, {
      services: ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection', 'lstm.v1.Inference'],
      health: 'SERVING',
      files: ['lstm/v1/inference.proto'],
      again: ['lstm/v1/inference.proto'],
    });
    assert.equal(y.length, 3);
  });
});
