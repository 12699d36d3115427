import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import os from 'node:os';
import path from 'node:path';
import { runCases } from './client.mjs';
import { build, run, serve } from './program.mjs';
import { startServer } from './server.mjs';

const names = [
  'empty_unary', 'large_unary', 'client_compressed_unary', 'server_compressed_unary', 'client_streaming', 'client_compressed_streaming',
  'server_streaming', 'server_compressed_streaming', 'ping_pong', 'empty_stream', 'custom_metadata', 'status_code_and_message',
  'special_status_message', 'unimplemented_method', 'unimplemented_service', 'cancel_after_begin', 'cancel_after_first_response',
  'timeout_on_sleeping_server',
];

/** The lines of a run in which every case passes, but for what cannot be checked. */
const allPass = (unchecked) => names.map((name) => (unchecked[name] ? `partly ${name}: ${unchecked[name]}` : `ok ${name}`));

const noFlags = 'grpc-js does not show whether a message came compressed';
const noCheck = 'the server did not refuse the probe: it does not tell compressed requests from others';
const noCompression = 'the server did not compress what it was asked to';

describe('standard interoperability cases', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lstm-interop-'));
  const certificateFile = path.join(folder, 'certificate.pem');
  const keyFile = path.join(folder, 'key.pem');
  let identity;
  before(async () => {
    build();
    await run('certificate', '--certificate_out', certificateFile, '--key_out', keyFile);
    identity = { certificate: readFileSync(certificateFile), key: readFileSync(keyFile) };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [transport, tls, compression] of [['in clear', false, 'gzip'], ['over TLS', true, 'deflate']]) {
    test(`grpc-js calls our server ${transport}`, async () => {
      const server = await serve(`--compression=${compression}`, ...(tls ? ['--use_tls=true', '--certificate', certificateFile, '--key', keyFile] : []));
      try {
        assert.deepEqual(await runCases(server.authority, tls ? identity.certificate : undefined), allPass({
          server_compressed_unary: noFlags,
          server_compressed_streaming: noFlags,
        }));
      } finally {
        assert.equal(await server.stop(), 0);
      }
    });

    test(`our client calls a grpc-js server ${transport}`, async () => {
      const server = await startServer(tls ? identity : undefined);
      try {
        const lines = await run('client', `--server_port=${server.port}`, ...(tls ? ['--use_tls=true', '--ca_file', certificateFile] : []));
        assert.deepEqual(lines, allPass({
          client_compressed_unary: noCheck,
          client_compressed_streaming: noCheck,
          server_compressed_unary: noCompression,
          server_compressed_streaming: noCompression,
        }));
      } finally {
        server.stop();
      }
    });
  }
});
