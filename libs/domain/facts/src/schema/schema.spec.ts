import { place } from '../common.js';
import { event, type EventDefinition } from './event.js';
import { accountId, count, decimal, side } from './forms.js';
import { anything, flag, list, map, nullable, oneOf, optional, record, union, type ValueOf } from './schema.js';

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The type of what a schema takes, to be compared by the compiler. */
const takes = <Typed>(_schema: Typed) => ({
  exactly: <Expected>(same: Same<ValueOf<Typed>, Expected>): void => expect(same).toBe(true),
});

const takesEvent = <Payload>(_event: EventDefinition<Payload>) => ({
  exactly: <Expected>(same: Same<Payload, Expected>): void => expect(same).toBe(true),
});

describe('the type of a schema', () => {
  it('is what it takes, readonly to the bottom', () => {
    const schema = record({
      accountId: accountId(),
      side: side(),
      amounts: map(accountId, decimal()),
      rows: list(record({ at: nullable(count()), passed: flag() })),
      note: optional(oneOf(['a', 'b'])),
      body: anything(),
    });
    takes(schema).exactly<{
      readonly accountId: string;
      readonly side: 'long' | 'short';
      readonly amounts: Readonly<Record<string, string>>;
      readonly rows: readonly { readonly at: number | null; readonly passed: boolean }[];
      readonly note?: 'a' | 'b';
      readonly body: unknown;
    }>(true);
  });

  it('tells the cases of a union apart', () => {
    const remedy = union('kind', [
      record({ kind: oneOf(['deposit']), amount: decimal() }),
      record({ kind: oneOf(['reduce']), side: side() }),
    ]);
    takes(remedy).exactly<
      | { readonly kind: 'deposit'; readonly amount: string }
      | { readonly kind: 'reduce'; readonly side: 'long' | 'short' }
    >(true);
  });

  it('is the payload of an event', () => {
    const seen = event({ description: 'Seen.', stream: 'seen', payload: { place: place('Where.') } });
    takesEvent(seen).exactly<{ readonly place: { readonly partition: number; readonly position: number } }>(true);
  });
});

describe('an event with an earlier version', () => {
  const renamed = event({
    description: 'Renamed.',
    stream: 'account-<accountId>',
    payload: { accountId: accountId() },
    earlier: [{ account: accountId() }],
  });

  it('is written at the newest, and keeps the schemas of all', () => {
    expect(renamed.schemaVersion).toBe(2);
    expect(renamed.versions.map(({ fields }) => Object.keys(fields))).toEqual([['account'], ['accountId']]);
    expect(renamed.stream({ accountId: 'carol.main' })).toBe('account-carol.main');
  });
});

describe('a description', () => {
  it('of a use takes the place of the general one, and the schema stays as it was', () => {
    expect(place('The order.').description).toBe('The order.');
    expect(place().description).toBe('Place of another event: its partition and position.');
  });
});
