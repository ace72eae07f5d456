import { canonicalText, sha256, uuidV5 } from '@ballast/kernel';
import { seal, type SealedEvent } from '@ballast/event-sourcing';
import type { AppendItem, CommandRecord, EventLog, PartitionHead } from './event-log.js';

export interface EventDraft {
  readonly stream?: string;
  /** Default: the next one of the stream. */
  readonly version?: number;
  readonly id?: string;
  readonly type?: string;
  readonly payload?: unknown;
  readonly clearing?: number;
}

/** A worker's view of one partition: it knows where the partition ends and makes the items that follow. */
export class Writer {
  size: number;
  chain: Buffer;
  commands: number;
  readonly versions = new Map<string, number>();

  constructor(
    readonly log: EventLog,
    readonly head: PartitionHead,
    readonly name = 'worker-1',
  ) {
    this.size = head.size;
    this.chain = head.head;
    this.commands = head.commands;
  }

  static async take(log: EventLog, partition: number, name = 'worker-1'): Promise<Writer> {
    return new Writer(log, await log.take(partition, name), name);
  }

  /** An item on top of everything made so far; it counts as appended. */
  item(drafts: readonly EventDraft[], rest: Partial<AppendItem> = {}): AppendItem {
    const made = this.propose(drafts, rest);
    for (const event of made.events) this.versions.set(event.stream, event.version);
    this.size += made.events.length;
    this.chain = made.events.at(-1)?.chain ?? this.chain;
    this.commands += made.commands.length;
    return made;
  }

  /** The same without counting it: for items that are meant to be refused. */
  propose(drafts: readonly EventDraft[], rest: Partial<AppendItem> = {}): AppendItem {
    const events: SealedEvent[] = [];
    const versions = new Map(this.versions);
    for (const draft of drafts) {
      const { stream = 'marginAccount-alice.main' } = draft;
      const position = this.size + events.length + 1;
      const version = draft.version ?? (versions.get(stream) ?? 0) + 1;
      versions.set(stream, version);
      events.push(
        seal(
          {
            log: this.log.name,
            partition: this.head.partition,
            position,
            id: draft.id ?? uuidV5(`${this.log.name}/${this.head.partition}/${position}/${this.name}`),
            stream,
            version,
            type: draft.type ?? 'MarginCallIssued',
            schemaVersion: 1,
            time: { clearing: draft.clearing ?? 1_000 + position, hop: 1 },
            cause: { kind: 'event', log: 'pricing', partition: -1, position },
            basis: [['pricing', -1, position]],
            correlation: `event/pricing/-1/${position}`,
            actor: null,
            payload: draft.payload ?? { amount: '12.50', position },
          },
          events.at(-1)?.chain ?? this.chain,
        ),
      );
    }
    return {
      partition: this.head.partition,
      epoch: this.head.epoch,
      expectedSize: this.size,
      expectedHead: this.chain,
      events,
      cursors: [],
      commands: [],
      worker: this.name,
      ...rest,
    };
  }

  command(commandId: string, change: Partial<CommandRecord> = {}): CommandRecord {
    const bodyText = change.bodyText ?? canonicalText({ account: 'alice.main', amount: '5.00' });
    return {
      partition: this.head.partition,
      number: this.commands + 1,
      commandId,
      type: 'RequestWithdrawal',
      bodyText,
      bodyHash: sha256(bodyText),
      clearing: 1_000,
      actor: 'alice',
      resultText: canonicalText({ outcome: 'accepted', data: null }),
      ...change,
    };
  }
}
