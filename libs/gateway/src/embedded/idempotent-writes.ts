import { GLOBAL, type CommandResult } from '@ballast/event-sourcing';
import type { CommandRecord } from '@ballast/event-log';
import { canonicalText } from '@ballast/kernel';
import { IdempotencyConflict, type Command } from '@ballast/partition-worker';
import { RULED_SERVICES } from '@ballast/contracts';
import type { ServiceLog } from '@ballast/facts';
import type { ClearingHouse } from '@ballast/services';
import type { Admission } from '../rest/clearing.gateway.js';

/**
 * One Idempotency-Key stands for one request, whichever partition it goes to: the same request again gets the stored
 * answer, any other is refused.
 */
export class IdempotentWrites {
  readonly #running = new Map<string, { readonly request: string; readonly answer: Promise<CommandResult> }>();

  constructor(private readonly house: ClearingHouse) {}

  /** @throws IdempotencyConflict when the id was used for another request */
  async execute(log: ServiceLog, partition: number, command: Command, admit?: Admission): Promise<CommandResult> {
    const { id, type, body, actor } = command;
    const request = canonicalText([log, partition, type, body, actor] as never);
    const running = this.#running.get(id);
    if (running !== undefined) {
      if (running.request !== request) throw new IdempotencyConflict(id);
      return running.answer;
    }
    const answer = this.#answer(log, partition, command, admit);
    this.#running.set(id, { request, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(id);
    }
  }

  async #answer(log: ServiceLog, partition: number, command: Command, admit?: Admission): Promise<CommandResult> {
    const stored = await this.#stored(command.id);
    for (const { of, record } of stored) {
      const same = of === log && record.partition === partition && record.actor === command.actor;
      if (!same) throw new IdempotencyConflict(command.id);
    }
    if (stored.length === 0) await admit?.();
    return this.house.execute(log, partition, command);
  }

  async isKnown(id: string): Promise<boolean> {
    return (await this.#stored(id)).length > 0;
  }

  /** @see Writes.bodyTaken */
  async bodyTaken(id: string, make: () => Promise<object>): Promise<object> {
    const [stored] = await this.#stored(id);
    return stored === undefined ? make() : (JSON.parse(stored.record.bodyText) as object);
  }

  /** Every command that was ever stored under an id; more than one only if somebody went round this class. */
  async #stored(id: string): Promise<readonly { of: ServiceLog; record: CommandRecord }[]> {
    const numbers = Array.from({ length: this.house.partitions }, (_, each) => each);
    const places: [ServiceLog, number][] = [
      ...numbers.flatMap((each): [ServiceLog, number][] => [
        ['accounts', each],
        ['margin', each],
      ]),
      ...RULED_SERVICES.map((service): [ServiceLog, number] => [service, GLOBAL]),
    ];
    const found = await Promise.all(
      places.map(async ([of, each]) => ({ of, record: await this.house.logs.log(of).commandById(each, id) })),
    );
    return found.flatMap(({ of, record }) => (record === undefined ? [] : [{ of, record }]));
  }
}
