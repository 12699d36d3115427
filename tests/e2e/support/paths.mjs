import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** The root of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** A path inside the repository. */
export const inRoot = (...parts) => path.join(root, ...parts);
