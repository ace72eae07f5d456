import type { AppendItem } from '@ballast/event-log';
import { EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import { uuidV5, type Instant } from '@ballast/kernel';

/** Writes the log partition of a service that isn't run here: facts that others read. */
export class LogTape {
  #size = 0;
  #chain: Buffer = EMPTY_HEAD;
  readonly #versions = new Map<string, number>();

  constructor(
    readonly log: string,
    readonly partition: number,
  ) {}

  next(stream: string, type: string, payload: unknown, clearing: Instant): SealedEvent {
    const position = this.#size + 1;
    const version = (this.#versions.get(stream) ?? 0) + 1;
    const cause = { kind: 'event', log: 'exchange.quotes', partition: -1, position } as const;
    const sealed = seal(
      {
        log: this.log,
        partition: this.partition,
        position,
        id: uuidV5(`${this.log}/${this.partition}/${position}`),
        stream,
        version,
        type,
        schemaVersion: 1,
        time: { clearing, hop: 1 },
        cause,
        basis: [['exchange.quotes', -1, position]],
        correlation: `event/exchange.quotes/-1/${position}`,
        actor: null,
        payload,
      },
      this.#chain,
    );
    this.#size = position;
    this.#chain = sealed.chain;
    this.#versions.set(stream, version);
    return sealed;
  }
}

/** What was written one after the other, as an item that follows `after` events. */
export function itemOf(
  events: readonly SealedEvent[],
  partition: number,
  epoch: number,
  after: { readonly size: number; readonly head: Buffer },
  cursors: AppendItem['cursors'] = [],
): AppendItem {
  return {
    partition,
    epoch,
    expectedSize: after.size,
    expectedHead: after.head,
    events,
    cursors,
    commands: [],
    worker: 'bench',
  };
}
