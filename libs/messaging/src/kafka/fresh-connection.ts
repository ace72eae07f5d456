import { createRequire } from 'node:module';

/** The part of a connection of kafkajs that gathers the bytes of an answer. */
interface Connection {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<unknown>;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connection') as {
  readonly prototype: Connection;
};
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the connection below
const connect = prototype.connect;
/** Bytes of the length in front of each answer. */
const LENGTH_BYTES = 4;

/**
 * kafkajs 2.2.4 keeps what it has of an answer when a connection breaks in the middle of it, and takes the first answer of the next one for
 * its rest: that ends the process, or nothing is understood until a request has waited for as long as it may.
 */
prototype.connect = function (this: Connection) {
  if (!this.isConnected()) {
    this.chunks = [];
    this.bytesBuffered = 0;
    this.bytesNeeded = LENGTH_BYTES;
  }
  return connect.call(this);
};
