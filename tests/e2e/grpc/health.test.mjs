import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import health from 'grpc-health-check';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/proto.mjs';
import { startService } from '../support/service.mjs';

const { status } = grpc;
const Health = grpc.makeGenericClientConstructor(health.service, 'Health'); // grpc-node's own health.proto, none of ours

describe('health over gRPC', () => {
  let service, client;
  before(async () => {
    service = await startService(['--Lstm:Server:ShutdownTimeout', '00:10:00']); // a stop that waited for its watches would fail
    client = new Health(service.grpc, grpc.credentials.createInsecure());
  });
  after(async () => {
    client.close();
    await service.stop();
  });

  test('the server and its service are SERVING, other names are NOT_FOUND', async () => {
    assert.equal((await call(client, 'check', { service: '' })).status, 'SERVING');
    assert.equal((await call(client, 'check', { service: 'lstm.v1.Inference' })).status, 'SERVING');
    const error = await call(client, 'check', { service: 'nobody' }).then(() => assert.fail('was found'), (e) => e);
    assert.equal(error.code, status.NOT_FOUND);
  });

  test('List names both', async () => {
    const { statuses } = await call(client, 'list', {});
    assert.deepEqual(statuses, { '': { status: 'SERVING' }, 'lstm.v1.Inference': { status: 'SERVING' } });
  });

  test('Watch during a shutdown: NOT_SERVING, then the end, and the service does not wait for it', async () => {
    const watch = (name) => {
      const told = [];
      const stream = client.watch({ service: name }, new grpc.Metadata(), { deadline: Date.now() + 60_000 });
      const ended = new Promise((resolve) => {
        stream.on('status', resolve);
        stream.on('error', () => {}); // 'status' tells
      });
      const first = new Promise((resolve) => stream.on('data', (reply) => { told.push(reply.status); resolve(); }));
      return { told, first, ended };
    };
    const watches = ['', 'lstm.v1.Inference', 'nobody'].map(watch);
    await Promise.all(watches.map(({ first }) => first));

    assert.equal(await service.stop(), 0, service.log());

    for (const { ended } of watches) assert.equal((await ended).code, status.OK);
    assert.deepEqual(watches.map(({ told }) => told), [['SERVING', 'NOT_SERVING'], ['SERVING', 'NOT_SERVING'], ['SERVICE_UNKNOWN', 'NOT_SERVING']]);
  });
});
