import type { AppendItem, CommandRecord, EventLog, PartitionHead } from '@ballast/event-log';
import { seal, type SealedEvent } from '@ballast/event-sourcing';
import { canonicalText, sha256, uuidV5 } from '@ballast/kernel';

/** A typical event of accounts: what is appended most. */
export const TYPICAL_PAYLOAD = {
  accountId: 'owner-000001.main',
  amount: '2500.00',
  asset: 'USD',
  collateral: { BTC: '0.12500000', USD: '12750.25' },
  depositId: 'deposit-000001',
  postings: [
    { amount: '2500.00', asset: 'USD', ledgerAccount: 'client/owner-000001.main' },
    { amount: '-2500.00', asset: 'USD', ledgerAccount: 'custody' },
  ],
};

/** The one writer of a partition: it knows where the partition ends, and seals what comes next. */
export class PartitionWriter {
  #size: number;
  #chain: Buffer;
  #commands: number;
  readonly #versions = new Map<string, number>();

  private constructor(
    private readonly log: EventLog,
    private readonly head: PartitionHead,
  ) {
    this.#size = head.size;
    this.#chain = head.head;
    this.#commands = head.commands;
  }

  static async take(log: EventLog, partition: number): Promise<PartitionWriter> {
    return new PartitionWriter(log, await log.take(partition, 'bench'));
  }

  /** The next item: events of one account, and the answer to the command that caused them, if there was one. */
  item(events: number, forCommand: boolean): AppendItem {
    const { log, head } = this;
    const expectedSize = this.#size;
    const expectedHead = this.#chain;
    const sealed: SealedEvent[] = [];
    const stream = `account-owner-${String(this.#size % 997).padStart(6, '0')}.main`;
    for (let n = 0; n < events; n++) {
      const position = this.#size + 1;
      const version = (this.#versions.get(stream) ?? 0) + 1;
      const event = seal(
        {
          log: log.name,
          partition: head.partition,
          position,
          id: uuidV5(`${log.name}/${head.partition}/${position}`),
          stream,
          version,
          type: 'CollateralCredited',
          schemaVersion: 1,
          time: { clearing: 1_700_000_000_000 + position, hop: 1 },
          cause: { kind: 'event', log: 'exchange.transfers', partition: head.partition, position },
          basis: [['exchange.transfers', head.partition, position]],
          correlation: `event/exchange.transfers/${head.partition}/${position}`,
          actor: null,
          payload: TYPICAL_PAYLOAD,
        },
        this.#chain,
      );
      sealed.push(event);
      this.#size = position;
      this.#chain = event.chain;
      this.#versions.set(stream, version);
    }
    return {
      partition: head.partition,
      epoch: head.epoch,
      expectedSize,
      expectedHead,
      events: sealed,
      cursors: forCommand ? [] : [['exchange.transfers', head.partition, this.#size]],
      commands: forCommand ? [this.#answer()] : [],
      worker: 'bench',
    };
  }

  #answer(): CommandRecord {
    this.#commands += 1;
    const bodyText = canonicalText(TYPICAL_PAYLOAD);
    return {
      partition: this.head.partition,
      number: this.#commands,
      commandId: uuidV5(`command/${this.head.partition}/${this.#commands}`),
      type: 'Deposit',
      bodyText,
      bodyHash: sha256(bodyText),
      clearing: 1_700_000_000_000,
      actor: 'bench',
      resultText: '{"data":null,"outcome":"accepted"}',
    };
  }
}
