import { createRequire } from 'node:module';
import { encodeProduceRequest, type ProduceRequest } from './wire/produce-request.js';

/** A request as kafkajs sends it; a buffer stands in for its encoder. */
interface Exchange {
  readonly request: { encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }> };
}

type ProduceOptions = ProduceRequest & { readonly transactionalId?: string; readonly compression?: number };

const { requests } = createRequire(import.meta.url)('kafkajs/src/protocol/requests') as {
  readonly requests: {
    readonly Produce: { protocol(of: { readonly version: number }): (options: ProduceOptions) => Exchange };
  };
};

const { Produce } = requests;
const original = Produce.protocol.bind(Produce);
const VERSIONS = [3, 4, 5, 6, 7];

/**
 * kafkajs 2.2.4 writes every field of every record into a buffer of its own: with thirteen headers a message that was a fifth of what a
 * fill took over all services. Here a request is one buffer. What is compressed or in a transaction is left to kafkajs.
 */
Produce.protocol = ({ version }) => {
  const protocol = original({ version });
  if (!VERSIONS.includes(version)) return protocol;
  return (options) => {
    const exchange = protocol(options);
    if (options.transactionalId !== undefined || (options.compression ?? 0) !== 0) return exchange;
    const encode: Exchange['request']['encode'] = async () => {
      const buffer = encodeProduceRequest(options);
      return { buf: buffer, buffer };
    };
    return { ...exchange, request: { ...exchange.request, encode } };
  };
};
