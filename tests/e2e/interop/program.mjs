import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inRoot } from '../support/paths.mjs';

const project = inRoot('tests/interop/Lstm.Grpc.Interop');
const assembly = `${project}/bin/Release/net10.0/Lstm.Grpc.Interop.dll`;

/** Builds the interop program unless it is up to date. */
export function build() {
  execFileSync('dotnet', ['build', project, '-c', 'Release', '-nodeReuse:false', '-p:UseSharedCompilation=false', '-v', 'quiet', '--nologo'], { stdio: 'pipe' });
}

/** Runs the interop program to its end; resolves with the lines that it printed. */
export async function run(...args) {
  const child = spawn('dotnet', [assembly, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  await once(child, 'close');
  return lines;
}

/** Starts its server on a free port. */
export async function serve(...args) {
  const child = spawn('dotnet', [assembly, 'server', '--port=0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const first = once(createInterface(child.stdout), 'line').then(([line]) => line);
  const address = await Promise.race([first, ended.then(([code]) => { throw new Error(`the server ended with exit code ${code}`); })]);
  return {
    authority: new URL(address).host,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
