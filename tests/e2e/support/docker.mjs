import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';

/** Runs a command to its end and returns what it printed, without the last line break. */
export const output = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', cwd: inRoot(), stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 }).trimEnd();

const succeeds = (command, ...args) => {
  try {
    output(command, ...args);
    return true;
  } catch {
    return false;
  }
};

/** The images that the Dockerfile stands on, in their order there; the last one is what the result is based on. */
export const baseImages = readFileSync(inRoot('Dockerfile'), 'utf8').match(/(?<=^FROM )\S+/gm);

/** Why containers cannot be tested here; false when they can. */
export function dockerLacks() {
  if (!succeeds('docker', 'version')) return 'no Docker engine answers';
  const missing = baseImages.filter((image) => !succeeds('docker', 'image', 'inspect', image));
  return missing.length > 0 && `${missing.join(' and ')} not here: docker/base-images`;
}

/** The command of Compose, its second version or its first; undefined when there is none. */
export const compose = [['docker', 'compose'], ['docker-compose']].find(([command, ...args]) => succeeds(command, ...args, 'version'));
