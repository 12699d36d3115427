import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { inRoot } from './paths.mjs';

// What protoc would write of protos/lstm/v1/inference.proto, without protoc: protobufjs reads the file, but leaves names short.
function readDescriptors() {
  const root = new protobuf.Root();
  root.resolvePath = (_, file) => inRoot('protos', file);
  root.loadSync('lstm/v1/inference.proto', { keepCase: true });
  const set = fromBinary(FileDescriptorSetSchema, descriptor.FileDescriptorSet.encode(root.resolveAll().toDescriptor('proto3')).finish());
  for (const file of set.file) {
    const full = (name, parent) => (name === '' || name.startsWith('.') ? name
      : parent?.nestedType.some((nested) => nested.name === name) ? `.${file.package}.${parent.name}.${name}`
      : `.${file.package}.${name}`);
    for (const message of file.messageType)
      for (const field of [message, ...message.nestedType].flatMap((type) => type.field)) field.typeName = full(field.typeName, message);
    for (const method of file.service.flatMap((service) => service.method)) [method.inputType, method.outputType] = [full(method.inputType), full(method.outputType)];
  }
  return createFileRegistry(set);
}

/** lstm.v1.Inference as @connectrpc/connect takes services. */
export const InferenceService = readDescriptors().getService('lstm.v1.Inference');
