// Runs every *.test.mjs of tests/e2e, one file after the other (a second load would spoil the time limits), tells each
// test as it ends, and closes with `N passed, N failed, N skipped`. Arguments: parts of file names, to run only those.
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from './paths.mjs';

const here = inRoot('tests/e2e');
const wanted = process.argv.slice(2);
const files = readdirSync(here, { withFileTypes: true })
  .filter((folder) => folder.isDirectory() && folder.name !== 'node_modules')
  .flatMap((folder) => readdirSync(path.join(here, folder.name)).map((name) => `${folder.name}/${name}`))
  .filter((file) => file.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((part) => file.includes(part))))
  .sort()
  .map((file) => path.join(here, file));

const count = { passed: 0, failed: 0, skipped: 0 };
const told = new Set(); // files with a failure that was told
const broken = new Set(); // files whose process ended badly

const time = (ms) => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);
const indent = (text) => text.replace(/^/gm, '        ');

function fail(file, name, reason) {
  count.failed++;
  told.add(file);
  console.log(`  FAIL  ${path.relative(here, file)}: ${name}\n${indent(reason)}`);
}

function tell({ type, data: { name, file, details, skip } }) {
  const isSuite = details.type === 'suite';
  if (type === 'test:fail') {
    const { failureType, cause } = details.error;
    // A suite fails with its tests, which were told; on its own account only when its set-up or clean-up broke.
    if (!isSuite || failureType !== 'subtestsFailed') fail(file, name, String(cause?.stack ?? cause));
  } else if (skip !== undefined) { // a skipped suite tells no tests and counts as one
    count.skipped++;
    console.log(`  skip  ${path.relative(here, file)}: ${name}: ${skip}`);
  } else if (!isSuite) {
    count.passed++;
    console.log(`  ok    ${path.relative(here, file)}: ${name} (${time(details.duration_ms)})`);
  }
}

for await (const event of run({ files, concurrency: 1, timeout: 15 * 60_000 })) {
  const { type, data } = event;
  if (type === 'test:pass' || type === 'test:fail') tell(event);
  else if (type === 'test:diagnostic' && data.file) console.log(indent(data.message));
  else if (type === 'test:stderr') process.stdout.write(indent(data.message.replace(/\n$/, '')) + '\n');
  else if (type === 'test:complete' && data.name === data.file && !data.details.passed) broken.add(data.file);
}

for (const file of broken) if (!told.has(file)) fail(file, 'the file', 'its process ended with an error after the tests');
if (files.length === 0) fail(here, 'files', `no test file matches '${wanted.join(' ')}'`);

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
