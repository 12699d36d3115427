// Fetches the package that carries the sources and native libraries of ONNX Runtime's C# binding.
// Called by Microsoft.ML.OnnxRuntime.csproj when package-lock.json is newer than node_modules/.restored.
// Two builds may run at once: one fetches, the other waits for it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const stamp = join(folder, 'node_modules', '.restored');
const lock = join(folder, '.restore-lock');
const lockTimeoutMs = 10 * 60 * 1000;
// Half of the unpacked package is for telephones; nothing here can use it.
const unused = ['Plugins/Android', 'Plugins/iOS~', 'Editor'];

const wanted = createHash('sha256').update(readFileSync(join(folder, 'package-lock.json'))).digest('hex');

await acquire();
try {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) utimesSync(stamp, new Date(), new Date());
  else restore();
} finally {
  rmSync(lock, { recursive: true, force: true });
}

function restore() {
  const npm = spawnSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', { cwd: folder, shell: true, encoding: 'utf8' });
  // 127 is what a POSIX shell says of a missing command; Windows says it in words.
  if (npm.status === 127 || /is not recognized/.test(npm.stderr ?? ''))
    fail('LSTM0002', "npm is needed to fetch ONNX Runtime's C# binding, but 'npm' is not on the PATH. Install it (Debian: apt-get install npm) and build again.");
  if (npm.status !== 0)
    fail('LSTM0003', `npm ci failed in ${folder} with exit code ${npm.status}: ${oneLine(npm.stderr || npm.stdout)} Check that npm reaches its registry, then build again.`);
  for (const name of unused)
    rmSync(join(folder, 'node_modules', 'com.github.asus4.onnxruntime', name), { recursive: true, force: true });
  writeFileSync(stamp, wanted);
}

// mkdir is atomic, so it serves as a lock between processes. One left behind by a killed build is taken over when it is old.
async function acquire() {
  for (let waitedMs = 0; ; waitedMs += 200) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > lockTimeoutMs) rmSync(lock, { recursive: true, force: true });
    if (waitedMs > 2 * lockTimeoutMs)
      fail('LSTM0004', `waited ${Math.round(waitedMs / 60000)} minutes for another build to fetch ONNX Runtime. If none is running, remove ${lock} and build again.`);
    await delay(200);
  }
}

// MSBuild turns a line of this form into an error of the build.
function fail(code, message) {
  rmSync(lock, { recursive: true, force: true });
  console.error(`restore.mjs : error ${code}: ${message}`);
  process.exit(1);
}

function oneLine(text) {
  return text.trim().split(/\s*\n\s*/).slice(0, 5).join(' ');
}
