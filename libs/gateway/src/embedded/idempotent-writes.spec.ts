import type { CommandResult } from '@ballast/event-sourcing';
import type { Command } from '@ballast/partition-worker';
import type { ClearingHouse } from '@ballast/services';
import { IdempotentWrites } from './idempotent-writes.js';

const CHOSEN: Command = { id: 'key-0001', type: 'OpenAccount', body: { accountId: 'a.main' }, actor: 'alice' };

/** A house with one command stored under the key, or none, that answers when it is told to. */
class House {
  readonly executed: string[] = [];
  answer: (result: CommandResult) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  constructor(readonly stored?: { readonly log: string; readonly partition: number; readonly actor: string | null }) {}

  readonly writes = new IdempotentWrites({
    partitions: 2,
    logs: {
      log: (log: string) => ({
        commandById: (partition: number, id: string) =>
          Promise.resolve(
            id === CHOSEN.id && this.stored?.log === log && this.stored.partition === partition
              ? this.stored
              : undefined,
          ),
      }),
    },
    execute: (log: string, partition: number, { id }: Command) => {
      this.executed.push(`${log}/${partition} ${id}`);
      return new Promise<CommandResult>((resolve, reject) => {
        this.answer = resolve;
        this.fail = reject;
      });
    },
  } as unknown as ClearingHouse);
}

const ACCEPTED: CommandResult = { outcome: 'accepted', data: { accountId: 'a.main' } };

/** Lets everything go on that waits for nothing but the log. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('one Idempotency-Key', () => {
  it('that comes twice before the first answer is executed once and answered twice', async () => {
    const house = new House();
    // The order of keys in a body makes no other request.
    const body = { amount: '1', asset: 'USD' };
    const first = house.writes.execute('accounts', 1, { ...CHOSEN, body });
    const second = house.writes.execute('accounts', 1, { ...CHOSEN, body: { asset: 'USD', amount: '1' } });
    await settled();
    house.answer(ACCEPTED);
    expect(await Promise.all([first, second])).toEqual([ACCEPTED, ACCEPTED]);
    expect(house.executed).toEqual(['accounts/1 key-0001']);
  });

  it.each<[string, 'accounts' | 'margin', number, Partial<Command>]>([
    ['log', 'margin', 1, {}],
    ['partition', 'accounts', 0, {}],
    ['type', 'accounts', 1, { type: 'Deposit' }],
    ['body', 'accounts', 1, { body: { accountId: 'b.main' } }],
    ['person', 'accounts', 1, { actor: 'bob' }],
    ['person, namely none', 'accounts', 1, { actor: null }],
  ])('is refused for a request with another %s while the first runs', async (_, log, partition, other) => {
    const house = new House();
    const first = house.writes.execute('accounts', 1, CHOSEN);
    await settled();
    await expect(house.writes.execute(log, partition, { ...CHOSEN, ...other })).rejects.toMatchObject({
      name: 'IdempotencyConflict',
      commandId: 'key-0001',
    });
    house.answer(ACCEPTED);
    await expect(first).resolves.toEqual(ACCEPTED);
    expect(house.executed).toHaveLength(1);
  });

  it.each([
    ['another partition', { log: 'accounts', partition: 0, actor: 'alice' }],
    ['a partition of margin, as reservations are', { log: 'margin', partition: 0, actor: 'alice' }],
    ['the global partition of the same service', { log: 'accounts', partition: -1, actor: 'alice' }],
    ['the rules of another service', { log: 'margin', partition: -1, actor: 'alice' }],
    ['another person', { log: 'accounts', partition: 1, actor: 'bob' }],
    ['nobody', { log: 'accounts', partition: 1, actor: null }],
  ])('that was stored for %s is refused and not executed', async (_, stored) => {
    const house = new House(stored);
    await expect(house.writes.execute('accounts', 1, CHOSEN)).rejects.toMatchObject({ name: 'IdempotencyConflict' });
    expect(house.executed).toEqual([]);
  });

  it('that was stored for the same place and person goes to the house, which has the answer', async () => {
    const house = new House({ log: 'accounts', partition: 1, actor: 'alice' });
    const answer = house.writes.execute('accounts', 1, CHOSEN);
    await settled();
    house.answer(ACCEPTED);
    await expect(answer).resolves.toEqual(ACCEPTED);
  });

  it('must be admitted when it is new, and is answered whatever is now when it is not', async () => {
    const refusal = () => Promise.reject(new Error('prices are too old'));
    await expect(new House().writes.execute('accounts', 1, CHOSEN, refusal)).rejects.toThrow('prices are too old');
    const house = new House({ log: 'accounts', partition: 1, actor: 'alice' });
    const answer = house.writes.execute('accounts', 1, CHOSEN, refusal);
    await settled();
    house.answer(ACCEPTED);
    await expect(answer).resolves.toEqual(ACCEPTED);
  });

  it('is free again after a failure, so that the request may be repeated', async () => {
    const house = new House();
    const failed = house.writes.execute('accounts', 1, CHOSEN);
    await settled();
    house.fail(new Error('the log is away'));
    await expect(failed).rejects.toThrow('the log is away');
    const again = house.writes.execute('accounts', 1, CHOSEN);
    await settled();
    house.answer(ACCEPTED);
    await expect(again).resolves.toEqual(ACCEPTED);
    expect(house.executed).toHaveLength(2);
  });
});
