import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import os from 'node:os';
import path from 'node:path';
import { inRoot, root } from './paths.mjs';

// ./lstm builds first when it has to.
const readyWithinMs = 300_000;
const stoppedWithinMs = 30_000;

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // not there, or half written
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}

/**
 * Starts the service as a user does, on free ports, and waits until it says that it is ready.
 * @param {string[]} args more arguments of `./lstm serve`
 */
export async function startService(args = []) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lstm-e2e-'));
  const readyFile = path.join(folder, 'ready.json');
  const output = [];
  const child = spawn(inRoot('lstm'), ['serve', '--http-port', '0', '--grpc-port', '0', '--ready-file', readyFile, ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (text) => output.push(text));
  child.stderr.on('data', (text) => output.push(text));
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ error }));
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const log = () => Buffer.concat(output).toString();

  let gone;
  ended.then((how) => { gone = how; });
  const deadline = Date.now() + readyWithinMs;
  let ready;
  while (!(ready = readJson(readyFile))) {
    if (gone) throw new Error(`./lstm serve ended before it was ready (${JSON.stringify(gone)}):\n${log()}`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`./lstm serve was not ready within ${readyWithinMs / 1000} s:\n${log()}`);
    }
    await delay(25);
  }

  return {
    grpc: `127.0.0.1:${ready.grpc_port}`,
    http: `http://127.0.0.1:${ready.http_port}`,
    log,
    /** Asks the service to stop as Ctrl+C or a service manager does; resolves with its exit code. */
    async stop() {
      child.kill('SIGTERM');
      const how = await Promise.race([ended, delay(stoppedWithinMs, undefined, { ref: false })]);
      if (!how) [child.pid, ready.pid].forEach(kill);
      rmSync(folder, { recursive: true, force: true });
      if (!how) throw new Error(`the service did not stop within ${stoppedWithinMs / 1000} s:\n${log()}`);
      return how.code;
    },
  };
}
