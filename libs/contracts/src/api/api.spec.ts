import { z } from 'zod';
import { EMPTY_HEAD, seal } from '@ballast/event-sourcing';
import { schemaOf } from '../event-schemas.js';
import { goldenEvent, goldenEvents } from '../golden/golden-events.fixtures.js';
import { fieldErrors } from '../refusal.js';
import { decodeLogEvent, encodeLogEvent, streamedText } from '../wire/log-event.js';
import * as api from './index.js';

const first = (schema: z.ZodType, value: unknown): string | undefined => {
  const parsed = schema.safeParse(value, { reportInput: true });
  return parsed.success ? undefined : fieldErrors(parsed.error)[0]?.field;
};

describe('a time that does not fit', () => {
  it.each([
    ['from', { from: '2020-03-12T11:00:00Z', to: '2020-03-12T10:00:00Z' }, 'begin before the end, which is `to`'],
    ['from', { from: '1969-12-31T23:59:59Z' }, 'write a time from 1970-01-01T00:00:00Z on'],
    ['to', { to: '0000-01-01T00:00Z' }, 'write a time from 1970-01-01T00:00:00Z on'],
    ['to', { to: '2020-02-30T00:00Z' }, 'write a day and a time that there are'],
  ] as const)('is told as it was sent: %s of %j', (field, query, remedy) => {
    const { error } = api.seriesQuery.safeParse(query, { reportInput: true });
    const sent = (query as Readonly<Record<string, string>>)[field];
    expect(error && fieldErrors(error)).toEqual([{ field, message: `is "${sent}"`, remedy }]);
  });
});

describe('amounts of a request', () => {
  it.each`
    asset    | amount                    | taken    | why
    ${'USD'} | ${'0.01'}                 | ${true}  | ${'one cent'}
    ${'USD'} | ${'0.001'}                | ${true}  | ${'finer than a cent: accounts refuses it'}
    ${'USD'} | ${'10.50'}                | ${true}  | ${'a zero at the end is no finer'}
    ${'BTC'} | ${'0.00000001'}           | ${true}  | ${'one satoshi'}
    ${'SOL'} | ${'0.000000001'}          | ${true}  | ${'finer than a satoshi, of another coin'}
    ${'ETH'} | ${`0.${'0'.repeat(18)}1`} | ${false} | ${'19 digits'}
    ${'USD'} | ${'1000000000000'}        | ${true}  | ${'exactly the bound'}
    ${'USD'} | ${'1000000000000.00'}     | ${true}  | ${'exactly the bound, with cents'}
    ${'USD'} | ${'1000000000000.01'}     | ${false} | ${'a cent above the bound'}
    ${'USD'} | ${'9999999999999'}        | ${false} | ${'above the bound'}
    ${'USD'} | ${'999999999999.99'}      | ${true}  | ${'a cent below the bound'}
    ${'USD'} | ${'0'}                    | ${false} | ${'nothing'}
    ${'USD'} | ${'0.00'}                 | ${false} | ${'nothing, with cents'}
    ${'USD'} | ${'-1'}                   | ${false} | ${'negative'}
    ${'USD'} | ${'1e3'}                  | ${false} | ${'exponent notation'}
    ${'USD'} | ${'NaN'}                  | ${false} | ${'not a number'}
    ${'USD'} | ${'1,000'}                | ${false} | ${'a comma'}
    ${'USD'} | ${1000}                   | ${false} | ${'a JSON number'}
  `('$amount $asset is taken: $taken ($why)', ({ asset, amount, taken }) => {
    const request = { depositId: 'd-1', asset: asset as string, amount: amount as unknown };
    expect(first(api.depositRequest, request)).toBe(taken ? undefined : 'amount');
  });

  it.each`
    why                    | request                                                                     | field
    ${'small letters'}     | ${{ depositId: 'd-1', asset: 'usd', amount: '1' }}                          | ${'asset'}
    ${'a missing asset'}   | ${{ depositId: 'd-1', amount: '1' }}                                        | ${'asset'}
    ${'a missing id'}      | ${{ asset: 'USD', amount: '1' }}                                            | ${'depositId'}
    ${'a blank in the id'} | ${{ depositId: 'd 1', asset: 'USD', amount: '1' }}                          | ${'depositId'}
    ${'an unknown field'}  | ${{ depositId: 'd-1', asset: 'USD', amount: '1', note: 'x' }}               | ${'note'}
    ${'the account twice'} | ${{ depositId: 'd-1', asset: 'USD', amount: '1', accountId: 'carol.main' }} | ${'accountId'}
  `('names $field for $why', ({ request, field }) => {
    expect(first(api.depositRequest, request)).toBe(field);
  });
});

describe('schemas of the interface', () => {
  const command = (type: string): z.ZodType => schemaOf('accounts.commands', type)?.schema as z.ZodType;

  it('make a command that its own schema takes, once the account of the path is added', () => {
    const deposit = api.depositRequest.parse({ depositId: 'd-1', asset: 'BTC', amount: '0.5' });
    expect(command('Deposit').safeParse({ ...deposit, accountId: 'carol.main' }).success).toBe(true);
    const chosen = api.marginModelRequest.parse({ model: 'derive-portfolio@1' });
    expect(command('ChooseMarginModel').safeParse({ ...chosen, accountId: 'carol.main' }).success).toBe(true);
    const withdrawal = api.withdrawalRequest.parse({ withdrawalId: 'w-1', asset: 'USD', amount: '0.01' });
    expect(command('RequestWithdrawal').safeParse({ ...withdrawal, accountId: 'carol.main' }).success).toBe(true);
  });

  it('have examples that they take themselves', () => {
    const schemas = Object.values(api).filter((value): value is z.ZodType & typeof value => value instanceof z.ZodType);
    const withExample = schemas.filter((schema) => schema.meta()?.['example'] !== undefined);
    expect(withExample.length).toBeGreaterThan(8);
    for (const schema of withExample) expect(() => schema.parse(schema.meta()?.['example'])).not.toThrow();
  });

  it('can all be written as JSON Schema, under ids of which none stands twice', () => {
    const ids = new Set<string>();
    for (const schema of Object.values(api)) {
      if (!(schema instanceof z.ZodType)) continue;
      expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow();
      const id = schema.meta()?.id;
      if (id === undefined) continue;
      expect([id, ids.has(id)]).toEqual([id, false]);
      ids.add(id);
    }
  });

  it('tell a wrong limit of a page, and count from 0 and 100 without one', () => {
    expect(api.logPageQuery.parse({})).toEqual({ after: 0, limit: 100 });
    expect(api.logPageQuery.parse({ after: 17, limit: 5 })).toEqual({ after: 17, limit: 5 });
    expect(first(api.logPageQuery, { limit: 0 })).toBe('limit');
    expect(first(api.logPageQuery, { limit: 1001 })).toBe('limit');
    expect(first(api.logPageQuery, { after: 1.5 })).toBe('after');
    expect(first(api.logPageQuery, { after: 'abc' })).toBe('after');
    expect(first(api.logPageQuery, { before: '1' })).toBe('before');
  });
});

describe('problems', () => {
  it('take status and title from the list of codes', () => {
    expect(api.problemOf('prices-halted', 'No venue has quoted for 12 s.')).toEqual({
      type: 'urn:ballast:problem:prices-halted',
      title: 'There is no price good enough to decide on',
      status: 503,
      code: 'prices-halted',
      detail: 'No venue has quoted for 12 s.',
      errors: [],
    });
  });

  it.each([...Object.keys(api.PROBLEMS), 'a-code-of-tomorrow', 'constructor'])(
    '%s makes a body that fits its schema',
    (code) => {
      expect(() => api.problem.parse(api.problemOf(code, 'detail', [], 'urn:command:1'))).not.toThrow();
    },
  );
});

describe('a page of a log', () => {
  it.each(goldenEvents().map(({ entry }) => [entry.type, entry.log, entry] as const))(
    'shows %s of %s so that its hash can be checked by whoever reads it',
    (_type, _log, entry) => {
      const sealed = seal(entry, EMPTY_HEAD);
      const shown = encodeLogEvent(sealed);
      expect(() => api.logEvent.parse(shown)).not.toThrow();
      const delivery = { incarnation: 'first' };
      expect(decodeLogEvent(JSON.parse(JSON.stringify(shown)), delivery)).toEqual({
        ok: true,
        event: sealed,
        delivery,
      });
    },
  );

  it('shows of a corrected event what was hashed and how it is read; a stream sends what is read [CLR-LOG-082]', () => {
    const golden = goldenEvent('CloseOutOrderPlaced');
    const { mark } = golden.payload as { readonly mark: string };
    const stored = seal({ ...golden, payload: { ...(golden.payload as object), mark: 'NaN' } }, EMPTY_HEAD);
    const figures = { 'payload.mark': mark };
    const readAs = { figures, proposedBy: 'ann', approvedBy: 'ben', reason: 'the mark of the price set' };
    const corrected = { ...stored, payload: golden.payload, readAs };
    const shown = encodeLogEvent(corrected);
    expect(api.logEvent.parse(shown)).toMatchObject({ payload: { mark: 'NaN' }, readAs });
    expect(shown.hash).toBe(stored.hash.toString('hex'));
    expect(api.logEntry.parse(JSON.parse(streamedText(corrected)))).toMatchObject({ payload: { mark }, readAs });
    expect(streamedText(stored)).toBe(stored.text);
    // Whoever fills a hole is told which figure is none, at a place that he knows.
    expect(decodeLogEvent(shown, { incarnation: 'first' })).toMatchObject({
      ok: false,
      error: { code: 'malformed', field: 'payload.mark' },
      event: { position: golden.position },
    });
  });

  it('with an altered event is not believed', () => {
    const shown = encodeLogEvent(seal(goldenEvent('MarginCallIssued'), EMPTY_HEAD));
    const altered = { ...shown, payload: { ...(shown.payload as object), deficit: '1' } };
    expect(decodeLogEvent(altered, { incarnation: 'first' })).toMatchObject({
      ok: false,
      error: { code: 'hash-mismatch', field: 'hash' },
    });
    expect(decodeLogEvent(null, { incarnation: 'first' })).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });
});
