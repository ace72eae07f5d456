import { InvariantViolation, MerkleFrontier, leafHash, matches, sha256, subjectOf } from '@ballast/kernel';
import { EMPTY_HEAD, chainHead, type LogEntry } from '@ballast/event-sourcing';
import { figuresThatAreNone, mayHoldNoFigure, type FigureThatIsNone } from '@ballast/facts';
import {
  HASH_BYTES,
  NO_BLOCK,
  commandsOf,
  cursorMovesOf,
  entryLinesOf,
  nextBlockChain,
  readEntryLine,
} from './block.js';
import { correctionNoteOf, type Corrections, type EventCorrection } from './corrections/correction-note.js';
import { correctionsOf, unreadableText } from './corrections/read-as.js';
import { CheckpointRejected, type CheckpointPartition } from './checkpoint.js';
import type { Block, BlockPlace, Cursor, EventLog, PartitionHead, PartitionStanding } from './event-log.js';
import {
  digestOfManifest,
  verifyManifest,
  type ArchivedFile,
  type ArchivedRange,
  type ArchiveManifest,
} from './archive/archive-manifest.js';
import { ArchiveFileRefused, ArchiveRefused } from './archive/archive-store.js';
import { removalNoteOf } from './archive/removal-note.js';
import { SeenIds } from './seen-ids.js';

/** Positions that are read at a time. */
const PAGE = 5_000;

/** A place of a partition that is not as it was written. */
export interface LogFault {
  readonly log: string;
  readonly partition: number;
  /** Position of the event, number of the command, or where the block begins; null when it concerns the whole partition. */
  readonly position: number | null;
  readonly part: 'event' | 'command' | 'block' | 'end';
  readonly what: string;
}

export interface PartitionVerdict {
  readonly partition: number;
  /** Events that were read. */
  readonly size: number;
  /** Position of the last event, also when some before it could not be read. */
  readonly end: number;
  readonly head: Buffer;
  readonly root: Buffer;
  /** Up to where the partition has applied others. */
  readonly cursors: readonly Cursor[];
  readonly faults: readonly LogFault[];
  /** Keys that signed manifests of archived ranges. */
  readonly archiveSigners: readonly string[];
  /** Events that are read otherwise than they are stored. */
  readonly corrections: readonly EventCorrection[];
}

/** What signed checkpoints say about a partition. */
export type Promised = Pick<CheckpointPartition, 'size' | 'root' | 'head' | 'blocks' | 'blockChain'> & {
  /** The tree's right edge that stands beside a stored checkpoint, in hex. */
  readonly subtrees?: readonly string[];
};

export interface VerifyPartitionOptions {
  readonly promises?: readonly Promised[];
  /** No more faults than so many; default 100. */
  readonly most?: number;
  /** Only the blocks from the one that holds this position; what stands before is believed. */
  readonly from?: number;
  /** Only the blocks up to the one that holds this position. */
  readonly to?: number;
  readonly onProgress?: (events: number) => void;
}

type Found = Omit<LogFault, 'log' | 'partition'>;

/**
 * Recomputes a partition from what is stored: every hash from its text, both chains, the Merkle tree, positions, versions,
 * ids and command numbers one by one; and holds it against its own end and against signed checkpoints. Goes on behind
 * a fault from what is stored there, so that each is found. What was changed together with all hashes after it is found by
 * a checkpoint only.
 */
export async function verifyPartition(
  log: EventLog,
  partition: number,
  { promises = [], most = 100, from = 1, to = Infinity, onProgress = () => undefined }: VerifyPartitionOptions = {},
): Promise<PartitionVerdict> {
  const hasEnd = (await log.heads()).some((head) => head.partition === partition);
  const standing = hasEnd ? await log.standing(partition) : undefined;
  const before = from > 1 ? await log.blockBefore(partition, from) : undefined;
  const archived = (standing?.archived ?? []).map(readRange);
  const signed = archived.flatMap(({ promise }) => (promise === undefined ? [] : [promise]));
  const audit = new PartitionAudit(log.name, partition, [...promises, ...signed], most, before);
  if (standing === undefined) audit.found({ position: null, part: 'end', what: 'the partition is missing' });
  const upTo = standing?.head.blocks ?? Infinity;
  let place: BlockPlace = before ?? { firstPosition: 0, number: 0 };
  let beyond: Block | undefined;
  while (beyond === undefined && !audit.isFull && audit.size < to) {
    let blocks: readonly Block[];
    try {
      blocks = await log.blocks(partition, place, PAGE);
    } catch (error) {
      if (error instanceof ArchiveFileRefused) {
        place = audit.passOver(error.file, error.message);
        continue;
      }
      if (!(error instanceof ArchiveRefused)) throw error;
      audit.found({ position: audit.size + 1, part: 'block', what: error.message });
      return audit.verdict();
    }
    if (blocks.length === 0) break;
    const read = audit.size;
    for (const block of blocks) {
      if (audit.size >= to) break;
      if (block.number > upTo) {
        beyond ??= block;
        continue;
      }
      audit.take(block);
      if (audit.commandIds.length > 0) await audit.checkIndex(log, standing?.indexedCommands ?? 0);
    }
    place = blocks.at(-1) as Block;
    onProgress(audit.size - read);
  }
  // A block that was appended meanwhile is within the end that the partition has by now.
  if (beyond !== undefined && (await headOf(log, partition))?.blocks === standing?.head.blocks) {
    audit.found({
      position: beyond.firstPosition,
      part: 'block',
      what: `block ${beyond.number} stands beyond the end of the partition`,
    });
  }
  for (const range of archived) await audit.hold(range, log);
  if (standing !== undefined && to === Infinity) audit.end(standing);
  await audit.findRepeated(log);
  await audit.judgeCorrections(log);
  return audit.verdict();
}

interface ReadRange {
  readonly range: ArchivedRange;
  /** Undefined when it is not what its key signed; then nothing is promised either. */
  readonly manifest?: ArchiveManifest;
  readonly promise?: Promised;
}

function readRange(range: ArchivedRange): ReadRange {
  try {
    const manifest = verifyManifest(range.note, range.verifierKey);
    return { range, manifest, promise: promiseOf(manifest) };
  } catch (error) {
    // A tree whose edge has not the parts that its size asks for is no tree.
    if (!(error instanceof CheckpointRejected || error instanceof InvariantViolation)) throw error;
    return { range };
  }
}

/** A manifest is as good as a checkpoint of its partition, but that it has no root. */
function promiseOf({ lastPosition, lastBlock, files, frontier }: ArchiveManifest): Promised {
  const end = files.at(-1)?.end;
  const subtrees = frontier.map((hash) => Buffer.from(hash, 'hex'));
  return {
    ...{ size: lastPosition, blocks: lastBlock, subtrees: frontier },
    root: new MerkleFrontier(lastPosition, subtrees).root(),
    head: Buffer.from(end?.chain ?? '', 'hex'),
    blockChain: Buffer.from(end?.blockChain ?? '', 'hex'),
  };
}

/** What was read of a partition so far. */
class PartitionAudit {
  readonly #frontier = new MerkleFrontier();
  readonly #faults: LogFault[] = [];
  readonly #versions = new Map<string, number>();
  readonly #eventIds = new SeenIds();
  readonly #commandIds = new SeenIds();
  readonly #cursors = new Map<string, Cursor>();
  /** Ids that may stand twice, with the later of their places. */
  readonly #suspects = new Map<string, { readonly part: 'event' | 'command'; readonly position: number }>();
  readonly #bySize: Promised[];
  readonly #byBlock: Promised[];
  /** Behind a hole nothing can be said of tree and chain as a whole. */
  #whole = true;
  /** Whether the beginning of the partition is not read. */
  #isPart: boolean;
  #first = 0;
  #ranges = 0;
  readonly #signers = new Set<string>();
  /** Events that stand in files that can't be read. */
  #missed = 0;
  #head: Buffer = EMPTY_HEAD;
  #size = 0;
  #commands = 0;
  #indexRows = 0;
  #block: Pick<Block, 'number' | 'blockChain' | 'clearing' | 'hop' | 'epoch' | 'worker' | 'incarnation'> = {
    ...{ number: 0, blockChain: NO_BLOCK, clearing: 0, hop: 0, epoch: 0, worker: '', incarnation: '' },
  };
  /** Events that hold figures which are none, by position. */
  readonly #unreadable = new Map<
    number,
    { readonly entry: LogEntry; readonly hash: string; readonly nones: readonly FigureThatIsNone[] }
  >();
  readonly #corrections: EventCorrection[] = [];
  /** Whether a note says anything of an event. */
  #isCorrected = false;
  /** What persons did to archived ranges, as the blocks say; by act and manifest. */
  readonly #removals = new Map<string, string>();
  /** Commands of the last block, for its index. */
  commandIds: readonly { readonly id: string; readonly number: number }[] = [];

  constructor(
    private readonly log: string,
    private readonly partition: number,
    promises: readonly Promised[],
    private readonly most: number,
    /** The block before the first that is read: it is believed. */
    before: Block | undefined,
  ) {
    this.#isPart = before !== undefined;
    if (before !== undefined) {
      this.#whole = false;
      [this.#head, this.#size, this.#first] = [before.chain, before.lastPosition, before.lastPosition];
      [this.#commands, this.#block] = [before.lastCommand, before];
    }
    this.#bySize = promises.filter(({ size }) => size > this.#size).sort((a, b) => a.size - b.size);
    this.#byBlock = promises.filter(({ blocks }) => blocks > this.#block.number).sort((a, b) => a.blocks - b.blocks);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#faults.length >= this.most;
  }

  found(fault: Found): void {
    if (!this.isFull) this.#faults.push({ log: this.log, partition: this.partition, ...fault });
  }

  verdict(): PartitionVerdict {
    return {
      ...{
        partition: this.partition,
        size: this.#size - this.#first - this.#missed,
        head: this.#head,
        root: this.#frontier.root(),
      },
      ...{ end: this.#size, cursors: [...this.#cursors.values()], faults: this.#faults },
      archiveSigners: [...this.#signers],
      corrections: this.#corrections,
    };
  }

  take(block: Block): void {
    const at = block.firstPosition;
    const wrong = (what: string): void =>
      this.found({ position: at, part: 'block', what: `block ${block.number}: ${what}` });
    const next = this.#block.number + 1;
    if (block.number > next) {
      const missing = block.number === next + 1 ? `block ${next} is` : `blocks ${next} to ${block.number - 1} are`;
      this.found({ position: this.#size + 1, part: 'block', what: `${missing} missing` });
    } else if (block.number < next) wrong(`it stands where block ${next} belongs`);
    if (block.partition !== this.partition) wrong(`it names partition ${block.partition}`);
    if (at !== this.#size + 1) {
      this.found({ position: this.#size + 1, part: 'event', what: 'the event is missing' });
      this.#whole = false;
    }
    if (!block.chainBefore.equals(this.#head)) wrong('it does not continue the chain of the events before');
    // The chain does not tell it from none.
    if (block.trace === '') wrong('its trace is empty');
    this.#takeEvents(block, wrong);
    this.#takeCommands(block, wrong);
    this.#takeCursors(block, wrong);
    this.#takeNote(block, wrong);
    if (block.epoch < this.#block.epoch) wrong(`its epoch ${block.epoch} falls below ${this.#block.epoch}`);
    if (!nextBlockChain(this.#block.blockChain, block).equals(block.blockChain)) {
      wrong('it does not continue the chain of blocks: what stands beside its events is not as it was written');
    }
    this.#block = block;
    while (this.#byBlock[0] !== undefined && this.#byBlock[0].blocks <= block.number) {
      const promise = this.#byBlock.shift() as Promised;
      if (promise.blocks === block.number && !promise.blockChain.equals(block.blockChain)) {
        wrong('the blocks up to here are not those of a signed checkpoint');
      }
    }
  }

  /** Goes on behind archived blocks that can't be read, from what their manifest says of their end. */
  passOver(file: ArchivedFile, what: string): BlockPlace {
    this.found({ position: file.firstPosition, part: 'block', what });
    const { chain, blockChain, ...end } = file.end;
    this.#whole = false;
    this.#isPart = true;
    this.#versions.clear();
    this.#missed += file.lastPosition - this.#size;
    [this.#size, this.#commands] = [file.lastPosition, file.lastCommand];
    this.#head = Buffer.from(chain, 'hex');
    this.#block = { ...end, number: file.lastBlock, blockChain: Buffer.from(blockChain, 'hex') };
    return behind(file);
  }

  /** An archived range must be as it was signed, and removed only as the log says. */
  async hold({ range, manifest }: ReadRange, log: EventLog): Promise<void> {
    this.#ranges += 1;
    const of = `archived range ${range.number}`;
    const wrong = (what: string): void =>
      this.found({ position: manifest?.firstPosition ?? null, part: 'block', what: `${of}: ${what}` });
    if (range.number !== this.#ranges) wrong(`it stands where range ${this.#ranges} belongs`);
    if (manifest === undefined) return wrong(`its manifest is not what ${range.verifierKey} signed`);
    this.#signers.add(range.verifierKey);
    if (manifest.log !== this.log || manifest.partition !== this.partition) {
      wrong(`its manifest is of ${manifest.log}/${manifest.partition}`);
    }
    if (range.firstBlock !== manifest.firstBlock || range.lastBlock !== manifest.lastBlock) {
      wrong(`its row says blocks ${range.firstBlock} to ${range.lastBlock}, its manifest says otherwise`);
    }
    const kept = await log.archivedManifest(range);
    if (kept.note !== range.note) {
      wrong(
        `manifest ${kept.file} is ${kept.note === undefined ? 'missing' : 'altered'}; put it back from a copy of the archive, ` +
          'or name the directory that holds it with --archive',
      );
    }
    if (this.#isPart) return;
    if (range.removedBy !== null && subjectOf(range.removedBy) === subjectOf(range.proposedBy ?? range.removedBy)) {
      wrong('two persons must have removed it, and did not');
    }
    for (const [act, actor] of [
      ['archived-range-removal-proposed', range.proposedBy],
      ['archived-range-removed', range.removedBy],
    ] as const) {
      const key = `${act} ${digestOfManifest(range)}`;
      const said = this.#removals.get(key) ?? null;
      this.#removals.delete(key);
      if (said !== actor) wrong(`${act} by ${actor ?? 'nobody'} stands beside it, the log says by ${said ?? 'nobody'}`);
    }
  }

  #takeNote({ note }: Block, wrong: (what: string) => void): void {
    if (note === '') return;
    try {
      if (correctionNoteOf(note) !== undefined) {
        this.#isCorrected = true;
        return;
      }
      const { act, actor, manifest } = removalNoteOf(note);
      this.#removals.set(`${act} ${manifest}`, actor);
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      wrong(error.message);
    }
  }

  /** What holds a figure that is none must be read as two persons have said of that very event; nothing else may be read otherwise. */
  async judgeCorrections(log: EventLog): Promise<void> {
    if (this.#unreadable.size === 0 && !this.#isCorrected) return;
    let corrections: Corrections;
    try {
      corrections = await correctionsOf(log, this.partition);
    } catch (error) {
      // What the archive has lost was told where it is missing.
      if (error instanceof ArchiveRefused) return;
      if (!(error instanceof InvariantViolation)) throw error;
      return this.found({ position: null, part: 'block', what: error.message });
    }
    for (const [position, { entry, hash, nones }] of this.#unreadable) {
      const wrong = (what: string): void => this.found({ position, part: 'event', what });
      const correction = corrections.approved.get(position);
      if (correction === undefined) wrong(unreadableText(entry, nones));
      else if (correction.hash !== hash) wrong('it was corrected as another event than it is');
      else if (nones.some(({ field, form }) => !matches(form, correction.figures[field]))) {
        wrong('its correction has not one figure for each that it lacks');
      } else this.#corrections.push(correction);
    }
    for (const { position } of corrections.approved.values()) {
      if (position <= this.#first || position > this.#size || this.#unreadable.has(position)) continue;
      this.found({ position, part: 'event', what: 'it was corrected, and every figure of it is one' });
    }
  }

  #takeEvents(block: Block, wrong: (what: string) => void): void {
    const lines = entryLinesOf(block);
    if (lines.length !== block.lastPosition - block.firstPosition + 1) {
      wrong(`it holds ${lines.length} events, and says that they are ${block.firstPosition} to ${block.lastPosition}`);
    }
    if (block.hashes.length !== lines.length * HASH_BYTES) wrong('it has not one hash for each event');
    let { clearing, hop } = this.#block;
    let isReadable = true;
    let chain = block.chainBefore;
    lines.forEach((line, index) => {
      const position = block.firstPosition + index;
      const wrongEvent = (what: string): void => this.found({ position, part: 'event', what });
      const stored = block.hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
      // An event that was put where none belongs has no hash: found above, and gone on from with its own.
      const hash = stored.length === HASH_BYTES ? stored : sha256(line);
      chain = chainHead(chain, hash);
      if (this.#whole) this.#frontier.append(leafHash(hash));
      const isSound = sha256(line).equals(hash);
      if (!isSound) wrongEvent('the event’s content and its hash differ');
      // What is altered is not judged further, but read, so that the events behind it are not blamed for it.
      const entry = this.#read(line, position, isSound ? wrongEvent : () => undefined);
      if (entry !== undefined) {
        const { time, stream, version, id } = entry;
        const expected = (this.#versions.get(stream) ?? (this.#isPart ? version - 1 : 0)) + 1;
        this.#versions.set(stream, isSound ? version : expected);
        if (isSound) {
          if (entry.log !== this.log || entry.partition !== this.partition || entry.position !== position) {
            wrongEvent(`it says that it is ${entry.log}/${entry.partition}#${entry.position}`);
          }
          if (version !== expected) wrongEvent(`${stream} has version ${version} where ${expected} belongs`);
          const nones = mayHoldNoFigure(line) ? figuresThatAreNone(entry) : [];
          if (nones.length > 0) this.#unreadable.set(position, { entry, hash: hash.toString('hex'), nones });
          if (this.#eventIds.add(id)) this.#suspects.set(id, { part: 'event', position });
          if (isBefore(time, { clearing, hop })) wrongEvent('logical time falls');
        }
        ({ clearing, hop } = time);
      } else isReadable = false;
      this.#hold(position, chain, wrongEvent);
    });
    if (!chain.equals(block.chain)) wrong('its events do not end in its chain head');
    if (isReadable && (block.clearing !== clearing || block.hop !== hop))
      wrong('its time is not that of its last event');
    this.#size = block.lastPosition;
    this.#head = block.chain;
  }

  #read(line: string, position: number, wrong: (what: string) => void): LogEntry | undefined {
    try {
      return readEntryLine(line, () => `event ${this.log}/${this.partition}#${position}`).entry;
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      wrong(error.message);
      return undefined;
    }
  }

  /** Holds what was read against the checkpoints of that size. */
  #hold(position: number, chain: Buffer, wrong: (what: string) => void): void {
    while (this.#bySize[0] !== undefined && this.#bySize[0].size <= position) {
      const { size, root, head, subtrees } = this.#bySize.shift() as Promised;
      if (size !== position) continue;
      if (!head.equals(chain) || (this.#whole && !root.equals(this.#frontier.root()))) {
        wrong('the events up to here are not those of a signed checkpoint');
      } else if (
        this.#whole &&
        subtrees !== undefined &&
        subtrees.join() !== this.#frontier.subtrees.map((each) => each.toString('hex')).join()
      ) {
        wrong('the edge of the tree that stands beside a checkpoint is not that of the events up to here');
      }
    }
  }

  #takeCommands(block: Block, wrong: (what: string) => void): void {
    this.commandIds = [];
    try {
      const commands = commandsOf(this.log, block);
      if (block.firstCommand !== this.#commands + 1) {
        this.found({ position: this.#commands + 1, part: 'command', what: 'the command is missing' });
      }
      if (commands.length !== block.lastCommand - block.firstCommand + 1) {
        wrong(
          `it holds ${commands.length} commands, and says that they are ${block.firstCommand} to ${block.lastCommand}`,
        );
      }
      commands.forEach(({ number, commandId }, index) => {
        const position = block.firstCommand + index;
        if (number !== position) this.found({ position, part: 'command', what: `it says that it is number ${number}` });
        if (this.#commandIds.add(commandId)) this.#suspects.set(commandId, { part: 'command', position });
      });
      this.commandIds = commands.map(({ commandId, number }) => ({ id: commandId, number }));
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      wrong(error.message);
    }
    this.#commands = block.lastCommand;
  }

  #takeCursors(block: Block, wrong: (what: string) => void): void {
    try {
      for (const [log, partition, position, offset] of cursorMovesOf(block)) {
        const source = `${log}/${partition}`;
        const before = this.#cursors.get(source);
        if (before !== undefined && position < before.position)
          wrong(`it moves the cursor of ${source} back to ${position}`);
        this.#cursors.set(source, { log, partition, position, nextOffset: offset ?? before?.nextOffset ?? null });
      }
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      wrong(error.message);
    }
  }

  /** The index by which a command is found again must name its number: by it a repetition gets the first answer. */
  async checkIndex(log: EventLog, indexed: number): Promise<void> {
    const within = this.commandIds.filter(({ number }) => number <= indexed);
    if (within.length === 0) return;
    const numbers = await log.indexedCommands(
      this.partition,
      within.map(({ id }) => id),
    );
    for (const { id, number } of within) {
      this.#indexRows += 1;
      if (numbers.get(id) === number) continue;
      this.found({ position: number, part: 'command', what: 'the index of command ids does not lead to it' });
    }
  }

  /** The row of the partition, its cursors and its index must be what the blocks come to. */
  end({ head, cursors, indexedCommands, indexRows, relayed }: PartitionStanding): void {
    const wrong = (what: string): void => this.found({ position: this.#size, part: 'end', what });
    if (this.isFull) return;
    const missing = head.blocks - this.#block.number;
    if (missing > 0) {
      this.found({
        position: this.#size + 1,
        part: 'block',
        what: `the log is cut: its last ${missing === 1 ? 'block is' : `${missing} blocks are`} missing`,
      });
    }
    const { clearing, hop, epoch, worker, incarnation, blockChain } = this.#block;
    const said: readonly (readonly [string, string | number, string | number])[] = [
      ['size', head.size, this.#size],
      ['chain head', head.head.toString('hex'), this.#head.toString('hex')],
      ['clearing time', head.clearing, clearing],
      ['hop', head.hop, hop],
      ['number of commands', head.commands, this.#commands],
      ['epoch', head.epoch, epoch],
      ['worker', JSON.stringify(head.worker), JSON.stringify(worker === '' ? null : worker)],
      ['chain of blocks', head.blockChain.toString('hex'), blockChain.toString('hex')],
      // Without a block there is nothing that tells it.
      ['incarnation', incarnation === '' ? '' : head.incarnation, incarnation],
    ];
    for (const [name, says, is] of said) {
      if (says !== is) wrong(`the partition’s row says ${name} ${says}, its blocks say ${is}`);
    }
    if (!this.#isPart) this.#endOfCursors(cursors, wrong);
    if (!this.#isPart && (indexedCommands > this.#commands || indexRows !== this.#indexRows)) {
      wrong(`the index of command ids has ${indexRows} rows up to command ${indexedCommands}, not ${this.#indexRows}`);
    }
    for (const key of this.#isPart ? [] : this.#removals.keys()) wrong(`no archived range stands beside ${key}`);
    if (relayed > this.#size) wrong(`the relay says that ${relayed} events were sent`);
    for (const { size } of this.#bySize) wrong(`a signed checkpoint knows ${size} events`);
    for (const { blocks } of this.#byBlock) wrong(`a signed checkpoint knows ${blocks} blocks`);
  }

  #endOfCursors(cursors: readonly Cursor[], wrong: (what: string) => void): void {
    const stored = new Map(cursors.map((cursor) => [`${cursor.log}/${cursor.partition}`, cursor]));
    for (const [source, { position, nextOffset }] of this.#cursors) {
      const cursor = stored.get(source);
      if (cursor === undefined) wrong(`the cursor of ${source} is missing`);
      else if (cursor.position !== position)
        wrong(`the cursor of ${source} is ${cursor.position}, its blocks say ${position}`);
      else if (cursor.nextOffset !== nextOffset) {
        wrong(`the cursor of ${source} has the offset ${cursor.nextOffset}, its blocks say ${nextOffset}`);
      }
    }
    for (const source of stored.keys()) if (!this.#cursors.has(source)) wrong(`no block moved the cursor of ${source}`);
  }

  /** Looks once more for ids of which a part was seen before. */
  async findRepeated(log: EventLog): Promise<void> {
    if (this.#suspects.size === 0) return;
    let place: BlockPlace = { firstPosition: 0, number: 0 };
    for (;;) {
      let blocks: readonly Block[];
      try {
        blocks = await log.blocks(this.partition, place, PAGE);
      } catch (error) {
        // What the archive has lost was told where it is missing.
        if (error instanceof ArchiveFileRefused) {
          place = behind(error.file);
          continue;
        }
        if (error instanceof ArchiveRefused) return;
        throw error;
      }
      if (blocks.length === 0) return;
      for (const block of blocks) {
        entryLinesOf(block).forEach((line, index) => {
          const position = block.firstPosition + index;
          const entry = this.#read(line, position, () => undefined);
          if (entry !== undefined) this.#repeated(entry.id, 'event', position);
        });
        try {
          for (const { commandId, number } of commandsOf(this.log, block)) this.#repeated(commandId, 'command', number);
        } catch (error) {
          // Found as a fault of its block.
          if (!(error instanceof InvariantViolation)) throw error;
        }
      }
      place = blocks.at(-1) as Block;
    }
  }

  #repeated(id: string, part: 'event' | 'command', position: number): void {
    const later = this.#suspects.get(id);
    if (later === undefined || later.part !== part || position >= later.position) return;
    this.found({ position: later.position, part, what: `it has the id ${id}, and so has ${part} ${position}` });
  }
}

/** The place of the last block of a file. */
const behind = ({ lastPosition, lastBlock }: ArchivedFile): BlockPlace => ({
  firstPosition: lastPosition + 1,
  number: lastBlock,
});

const isBefore = (a: LogEntry['time'], b: LogEntry['time']): boolean =>
  a.clearing < b.clearing || (a.clearing === b.clearing && a.hop < b.hop);

async function headOf(log: EventLog, partition: number): Promise<PartitionHead | undefined> {
  return (await log.heads()).find((candidate) => candidate.partition === partition);
}
