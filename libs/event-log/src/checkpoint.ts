import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '@ballast/kernel';
import { flush } from './flush.js';
import { logDigest } from './log-digest.js';

/** Where a partition stood when the checkpoint was written. */
export interface CheckpointPartition {
  readonly partition: number;
  readonly size: number;
  /** Root of the Merkle tree over the partition's first `size` events. */
  readonly root: Buffer;
  /** Chain head after them. */
  readonly head: Buffer;
  /** Number of blocks, and the chain over them: it covers commands, answers and cursors too. */
  readonly blocks: number;
  readonly blockChain: Buffer;
}

/** What is signed: a log at one moment. Two checkpoints of one log that don't agree prove that it was rewritten. */
export interface Checkpoint {
  /** Whose log it is: two houses have a log of margin. */
  readonly house: string;
  readonly log: string;
  readonly incarnation: string;
  readonly partitions: readonly CheckpointPartition[];
}

/** A signed note that proves nothing. */
export class CheckpointRejected extends Error {
  override readonly name = 'CheckpointRejected';
}

const FORMAT = 'ballast-checkpoint/v1';
const ED25519 = Buffer.of(0x01);
const SUCCESSION_FORMAT = 'ballast-key-succession/v1';
const KEY_NAME = /^[^\s+]+$/;
/** DER of an Ed25519 public key up to its 32 bytes. */
const PUBLIC_KEY_HEADER = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * The one text of a checkpoint: a line each for format, house and log, incarnation and digest, then one per partition with number,
 * size, Merkle root, chain head, number of blocks and the head of their chain. Hashes in base64, lines end with a line feed.
 */
function checkpointText({ house, log, incarnation, partitions }: Checkpoint): string {
  return [
    FORMAT,
    `${house}/${log}`,
    incarnation,
    logDigest(partitions).toString('base64'),
    ...partitions.map(
      ({ partition, size, root, head, blocks, blockChain }) =>
        `${partition} ${size} ${root.toString('base64')} ${head.toString('base64')} ` +
        `${blocks} ${blockChain.toString('base64')}`,
    ),
    '',
  ].join('\n');
}

/** A file that cannot be signed with; the message says what to do. */
export class SigningKeyRefused extends Error {
  override readonly name = 'SigningKeyRefused';
}

async function privateKeyOf(file: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await fs.readFile(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What a parser says of a key file helps nobody, and must not repeat a byte of it.
  }
  throw new SigningKeyRefused(`${file} holds no Ed25519 private key in PEM; name the right file, or a new one`);
}

/**
 * Signs checkpoints as notes of the C2SP signed-note format (Ed25519), which Go's `note` package and other tools of the
 * transparency logs read too.
 */
export class CheckpointKey {
  readonly #privateKey: KeyObject;
  readonly #publicKey: Buffer;

  private constructor(
    readonly name: string,
    privateKey: KeyObject,
  ) {
    if (!KEY_NAME.test(name)) throw new Error(`not a key name: ${name}`);
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32);
  }

  static generate(name: string): CheckpointKey {
    return new CheckpointKey(name, generateKeyPairSync('ed25519').privateKey);
  }

  /**
   * Loads the key of a PEM file, and makes file and key when there are none.
   * @throws SigningKeyRefused when others may read the file (whoever reads it can sign), or it holds no Ed25519 key
   */
  static async load(file: string, name: string): Promise<CheckpointKey> {
    const isThere = await fs.access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) await makeKey(file);
    return CheckpointKey.loadPresent(file, name);
  }

  /** Loads the key of a PEM file that is there. */
  static async loadPresent(file: string, name: string): Promise<CheckpointKey> {
    const { mode } = await fs.stat(file).catch((error: unknown) => {
      throw new SigningKeyRefused(`${file}: ${(error as Error).message}`);
    });
    if ((mode & 0o077) !== 0) {
      const present = (mode & 0o777).toString(8);
      throw new SigningKeyRefused(`${file} has mode ${present}: others could sign; chmod 600 it`);
    }
    return new CheckpointKey(name, await privateKeyOf(file));
  }

  /** What to give to verifiers: `<name>+<key id>+<key>`, as Go's `note` package takes it. */
  get verifierKey(): string {
    return `${this.name}+${keyId(this.name, this.#publicKey).toString('hex')}+${Buffer.concat([ED25519, this.#publicKey]).toString('base64')}`;
  }

  sign(checkpoint: Checkpoint): string {
    return this.signNote(checkpointText(checkpoint));
  }

  /** A statement that another key signs from now on, for those who know this one. */
  handOver(nextVerifierKey: string): string {
    return this.signNote(`${SUCCESSION_FORMAT}\n${nextVerifierKey}\n`);
  }

  /** A text as a signed note; it begins with the name of its format, so that none passes for another. */
  signNote(text: string): string {
    const signature = sign(null, Buffer.from(text), this.#privateKey);
    const signed = Buffer.concat([keyId(this.name, this.#publicKey), signature]).toString('base64');
    return `${text}\n— ${this.name} ${signed}\n`;
  }
}

/** A key that is whole where it stands, whoever makes one at the same time, and however that ends. */
async function makeKey(file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    await fs.writeFile(draft, pem, { mode: 0o600, flag: 'wx' });
    await flush(draft);
    await fs.link(draft, file);
    await flush(path.dirname(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new SigningKeyRefused(`no signing key can be made: ${message}; name another --key`);
  } finally {
    await fs.rm(draft, { force: true }).catch(() => undefined);
  }
}

/**
 * Reads a signed note. Further signatures by other keys, such as those of witnesses, may stand in it.
 * @param verifierKey as `CheckpointKey.verifierKey` gives it
 * @throws CheckpointRejected when the key did not sign it, or it is no checkpoint
 */
export function verifyCheckpoint(note: string, verifierKey: string): Checkpoint {
  return parseCheckpoint(signedText(note, verifierKey, 'this checkpoint'));
}

/**
 * The key that follows another by its statement.
 * @throws CheckpointRejected when the key did not sign it, or it is no such statement
 */
export function verifySuccession(note: string, verifierKey: string): string {
  const [format, next = '', ...rest] = signedText(note, verifierKey, 'the statement of its successor').split('\n');
  if (format !== SUCCESSION_FORMAT || rest.join() !== '')
    throw new CheckpointRejected('signed, but names no successor');
  parseVerifierKey(next);
  return next;
}

/**
 * The text of a signed note.
 * @throws CheckpointRejected when the key did not sign it
 */
export function signedText(note: string, verifierKey: string, what: string): string {
  const { name, id, publicKey } = parseVerifierKey(verifierKey);
  const end = note.lastIndexOf('\n\n');
  if (end < 0) throw new CheckpointRejected('not a signed note');
  const text = note.slice(0, end + 1);
  const signatures = note.slice(end + 2).split('\n');
  const own = signatures
    .filter((line) => line.startsWith(`— ${name} `))
    .map((line) => line.slice(name.length + 3))
    // Base64 has several texts for the same bytes; one that nobody wrote is no signature.
    .filter((text) => Buffer.from(text, 'base64').toString('base64') === text)
    .map((text) => Buffer.from(text, 'base64'))
    .filter((signed) => signed.subarray(0, 4).equals(id));
  const isSigned = own.some((signed) => verify(null, Buffer.from(text), publicKey, signed.subarray(4)));
  if (!isSigned) throw new CheckpointRejected(`${name} did not sign ${what}`);
  return text;
}

/** SHA-256(name || line feed || algorithm || key), first 4 bytes: tells keys of the same name apart. */
function keyId(name: string, publicKey: Uint8Array): Buffer {
  return sha256Of(name, '\n', ED25519, publicKey).subarray(0, 4);
}

/** Whether a text is a verifier key, as `checkpoint` and `import sign` print it. */
export function isVerifierKey(text: string): boolean {
  try {
    parseVerifierKey(text);
    return true;
  } catch (error) {
    if (error instanceof CheckpointRejected) return false;
    throw error;
  }
}

function parseVerifierKey(text: string): { name: string; id: Buffer; publicKey: KeyObject } {
  // The key is base64 and may contain a plus.
  const [name = '', id = '', ...rest] = text.split('+');
  const key = Buffer.from(rest.join('+'), 'base64');
  const raw = key.subarray(1);
  if (key.length !== 33 || key[0] !== ED25519[0] || !keyId(name, raw).equals(Buffer.from(id, 'hex'))) {
    throw new CheckpointRejected('not a verifier key');
  }
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_KEY_HEADER, raw]), type: 'spki', format: 'der' });
  return { name, id: keyId(name, raw), publicKey };
}

function parseCheckpoint(text: string): Checkpoint {
  const [, origin = '', incarnation = '', , ...lines] = text.split('\n');
  const slash = origin.lastIndexOf('/');
  const [house, log] = [origin.slice(0, slash), origin.slice(slash + 1)];
  const partitions = lines.slice(0, -1).map((line) => {
    const [partition, size, root = '', head = '', blocks, blockChain = ''] = line.split(' ');
    return {
      partition: Number(partition),
      size: Number(size),
      root: Buffer.from(root, 'base64'),
      head: Buffer.from(head, 'base64'),
      blocks: Number(blocks),
      blockChain: Buffer.from(blockChain, 'base64'),
    };
  });
  const checkpoint = { house, log, incarnation, partitions };
  // Whatever was not read as it was written is refused, the format's name and the digest too.
  if (checkpointText(checkpoint) !== text) throw new CheckpointRejected('signed, but no checkpoint of a known format');
  return checkpoint;
}
