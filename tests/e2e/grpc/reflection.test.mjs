import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import { GrpcReflection } from 'grpc-js-reflection-client';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/proto.mjs';
import { startService } from '../support/service.mjs';

describe('reflection', () => {
  let service;
  before(async () => { service = await startService(); });
  after(async () => assert.equal(await service.stop(), 0, service.log()));

  for (const version of ['v1', 'v1alpha']) {
    test(`a client without any .proto file finds and calls the service (${version})`, async () => {
      const reflection = new GrpcReflection(service.grpc, grpc.credentials.createInsecure(), {}, version);
      assert.deepEqual(await reflection.listServices(),
        ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection', 'lstm.v1.Inference']);

      const descriptor = await reflection.getDescriptorBySymbol('lstm.v1.Inference');
      const { Inference } = descriptor.getPackageObject({ keepCase: true, longs: Number }).lstm.v1;
      const client = new Inference(service.grpc, grpc.credentials.createInsecure());
      const opened = await call(client, 'openSession', { session_id: `found-${version}`, model: 'nyc-taxi' });
      const reply = await call(client, 'step', { session_id: `found-${version}`, x: [10844, 0, 1, 0.78, 0.62] });
      client.close();

      assert.deepEqual([opened.input_size, opened.output_size], [5, 3]);
      assert.deepEqual([reply.result.step, reply.result.y.length], [1, 3]);
    });
  }
});
