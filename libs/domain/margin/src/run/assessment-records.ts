import { inclusionProof, invariant, leafHash, merkleRoot, verifyInclusion } from '@ballast/kernel';

/** Bytes of one assessment record, and records of one leaf. */
export const RECORD_BYTES = 64;
export const RECORDS_PER_LEAF = 256;
const LEAF_BYTES = RECORD_BYTES * RECORDS_PER_LEAF;
const WORD = 2 ** 32;

/** What a record says of an account besides the hash of its id. */
export interface AssessmentRecord {
  readonly version: number;
  readonly equity: number;
  readonly initial: number;
  readonly call: number;
  readonly liquidation: number;
  /** Index into MARGIN_STATES, after the run. */
  readonly state: number;
  readonly exact: boolean;
}

/**
 * The assessments of one run as 64-byte records in account-id order, big-endian: first 16 bytes of SHA-256(account id),
 * version u64, equity, initial, call and liquidation requirement float64, state u8, exact flag u8, 6 zero bytes.
 * The leaf hashes of chunks of 256 records make the root.
 * @see docs/architecture.md section 4
 */
export class AssessmentRecords {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #view: DataView;

  constructor(count: number) {
    this.count = count;
    const buffer = new ArrayBuffer(count * RECORD_BYTES);
    this.bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** Copies the account's part of a hash, four words in memory order. */
  setAccount(index: number, words: Uint32Array, from: number): void {
    const to = index * 16;
    this.#words[to] = words[from] as number;
    this.#words[to + 1] = words[from + 1] as number;
    this.#words[to + 2] = words[from + 2] as number;
    this.#words[to + 3] = words[from + 3] as number;
  }

  setFigures(
    index: number,
    version: number,
    equity: number,
    initial: number,
    call: number,
    liquidation: number,
    state: number,
    exact: 0 | 1,
  ): void {
    const view = this.#view;
    const at = index * RECORD_BYTES;
    // A remainder of floats is a call into the runtime; versions that need the upper half are far away.
    const upper = version < WORD ? 0 : Math.floor(version / WORD);
    view.setUint32(at + 16, upper);
    view.setUint32(at + 20, version - upper * WORD);
    view.setFloat64(at + 24, equity);
    view.setFloat64(at + 32, initial);
    view.setFloat64(at + 40, call);
    view.setFloat64(at + 48, liquidation);
    view.setUint8(at + 56, state);
    view.setUint8(at + 57, exact);
  }

  /** Hashes of the leaves, in order. */
  leaves(): Buffer[] {
    const hashes: Buffer[] = [];
    for (let from = 0; from < this.bytes.length; from += LEAF_BYTES) {
      hashes.push(leafHash(this.bytes.subarray(from, Math.min(from + LEAF_BYTES, this.bytes.length))));
    }
    return hashes;
  }

  root(): string {
    return merkleRoot(this.leaves()).toString('hex');
  }
}

/** Reads one record out of a chunk. */
export function readRecord(chunk: Uint8Array, index: number): AssessmentRecord & { readonly idHash: string } {
  const at = index * RECORD_BYTES;
  invariant(index >= 0 && at + RECORD_BYTES <= chunk.length, `no record ${index} in this chunk`);
  const view = new DataView(chunk.buffer, chunk.byteOffset + at, RECORD_BYTES);
  return {
    idHash: Buffer.from(chunk.subarray(at, at + 16)).toString('hex'),
    version: view.getUint32(16) * 4_294_967_296 + view.getUint32(20),
    equity: view.getFloat64(24),
    initial: view.getFloat64(32),
    call: view.getFloat64(40),
    liquidation: view.getFloat64(48),
    state: view.getUint8(56),
    exact: view.getUint8(57) === 1,
  };
}

/** Shows that an assessment was committed by a run: its chunk and the path from the chunk to the root. All hex. */
export interface AssessmentProof {
  /** Index of the account in the run, from 0 in account-id order. */
  readonly index: number;
  /** Number of assessments of the run. */
  readonly assessed: number;
  readonly chunk: string;
  readonly path: readonly string[];
}

export function proveAssessment(records: AssessmentRecords, index: number): AssessmentProof {
  invariant(index >= 0 && index < records.count, `no assessment ${index} of ${records.count}`);
  const leaf = Math.floor(index / RECORDS_PER_LEAF);
  const from = leaf * LEAF_BYTES;
  return {
    index,
    assessed: records.count,
    chunk: Buffer.from(records.bytes.subarray(from, Math.min(from + LEAF_BYTES, records.bytes.length))).toString('hex'),
    path: inclusionProof(records.leaves(), leaf).map((hash) => hash.toString('hex')),
  };
}

/**
 * Checks a proof against the root of a run.
 * @returns the record, or null when the proof doesn't lead to the root
 */
export function verifyAssessment(
  { index, assessed, chunk, path }: AssessmentProof,
  root: string,
): ReturnType<typeof readRecord> | null {
  const data = Buffer.from(chunk, 'hex');
  const leaf = Math.floor(index / RECORDS_PER_LEAF);
  const leaves = Math.ceil(assessed / RECORDS_PER_LEAF);
  const expectedBytes = Math.min(RECORDS_PER_LEAF, assessed - leaf * RECORDS_PER_LEAF) * RECORD_BYTES;
  if (index < 0 || index >= assessed || data.length !== expectedBytes) return null;
  const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
  if (!verifyInclusion(leafHash(data), leaf, leaves, hashes, Buffer.from(root, 'hex'))) return null;
  return readRecord(data, index % RECORDS_PER_LEAF);
}
