import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/** A float32 engine stays within this of the float64 reference, in passengers (models/nyc-taxi/README.md). */
export const tolerance = 0.05;

const arrays = { f32: Float32Array, f64: Float64Array };

function readTensor(bytes, { dtype, shape, offset, bytes: length }) {
  const values = new arrays[dtype](bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + length));
  const [rows, columns] = shape;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
}

/**
 * The whole taxi series: row k - 1 of `x` is the input of step k, of `y` its right answer in double precision.
 * Read from the bundle that make_trace.py wrote (its head describes the format).
 */
export function readTaxiTrace() {
  const file = inRoot('models/nyc-taxi/trace_full.json');
  const bundle = JSON.parse(readFileSync(file, 'utf8'));
  const bytes = readFileSync(path.join(path.dirname(file), bundle.bin));
  const tensor = (name) => readTensor(bytes, bundle.tensors.find((t) => t.name === name));
  return { steps: bundle.steps, x: tensor('x'), y: tensor('y_f64') };
}

/** The largest absolute difference of one reply from its reference; NaN when a value is missing or not a number. */
export function difference(actual, expected) {
  if (actual.length !== expected.length) return NaN;
  return actual.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
}
