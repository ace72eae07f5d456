import fc from 'fast-check';
import { isAccountId, POSITIVE_DECIMAL } from '@ballast/kernel';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { accountId, decimal, nonNegativeDecimal } from './fields.js';
import { zodText } from './schema-to-zod.js';
import { goldenEvent } from './golden/golden-events.fixtures.js';
import { parseEntry } from './parse-entry.js';

/** The golden event of a type with one field set to something else. */
function altered(type: string, path: string, value: unknown): LogEntry {
  const entry = structuredClone(goldenEvent(type));
  const keys = path.split('.');
  let record = entry as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) record = record[key] as Record<string, unknown>;
  record[keys.at(-1) as string] = value;
  return entry;
}

describe('parseEntry', () => {
  it.each`
    why                                             | type                                 | path                           | value                             | field                                | remedy
    ${'exponent notation'}                          | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'1e3'}                          | ${'payload.amount'}                  | ${'no exponent'}
    ${'not a number'}                               | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'NaN'}                          | ${'payload.amount'}                  | ${'plain notation'}
    ${'infinite'}                                   | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'Infinity'}                     | ${'payload.amount'}                  | ${'plain notation'}
    ${'a negative deposit'}                         | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'-5'}                           | ${'payload.amount'}                  | ${'> 0'}
    ${'a deposit of nothing'}                       | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'0.00'}                         | ${'payload.amount'}                  | ${'> 0'}
    ${'a negative zero'}                            | ${'FundingSettled'}                  | ${'payload.amount'}            | ${'-0'}                           | ${'payload.amount'}                  | ${'plain notation'}
    ${'leading zeros'}                              | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'007'}                          | ${'payload.amount'}                  | ${'no leading zeros'}
    ${'a comma'}                                    | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'1,5'}                          | ${'payload.amount'}                  | ${'plain notation'}
    ${'an empty text'}                              | ${'DepositReceived'}                 | ${'payload.amount'}            | ${''}                             | ${'payload.amount'}                  | ${'plain notation'}
    ${'money as a JSON number'}                     | ${'DepositReceived'}                 | ${'payload.amount'}            | ${12000}                          | ${'payload.amount'}                  | ${'a text'}
    ${'longer than any figure'}                     | ${'DepositReceived'}                 | ${'payload.amount'}            | ${'1'.repeat(101)}                | ${'payload.amount'}                  | ${'at most 100'}
    ${'a field nobody knows'}                       | ${'DepositReceived'}                 | ${'payload.note'}              | ${'hello'}                        | ${'payload.note'}                    | ${'leave it out'}
    ${'a field nobody knows in the envelope'}       | ${'DepositReceived'}                 | ${'headers'}                   | ${{}}                             | ${'headers'}                         | ${'leave it out'}
    ${'an account without owner'}                   | ${'DepositReceived'}                 | ${'payload.accountId'}         | ${'carol'}                        | ${'payload.accountId'}               | ${'<owner>.<name>'}
    ${'an account id that hides a blank'}           | ${'DepositReceived'}                 | ${'payload.accountId'}         | ${'carol.ma in'}                  | ${'payload.accountId'}               | ${'<owner>.<name>'}
    ${'an account id with a line break at its end'} | ${'DepositReceived'}                 | ${'payload.accountId'}         | ${'carol.main\n'}                 | ${'payload.accountId'}               | ${'<owner>.<name>'}
    ${'an asset in other letters'}                  | ${'DepositReceived'}                 | ${'payload.asset'}             | ${'Doge'}                         | ${'payload.asset'}                   | ${'such as "USD"'}
    ${'a missing asset'}                            | ${'DepositReceived'}                 | ${'payload.asset'}             | ${undefined}                      | ${'payload.asset'}                   | ${'add it: a text'}
    ${'null where an id belongs'}                   | ${'DepositReceived'}                 | ${'payload.depositId'}         | ${null}                           | ${'payload.depositId'}               | ${'a text'}
    ${'an id with a blank'}                         | ${'DepositReceived'}                 | ${'payload.depositId'}         | ${'d 1'}                          | ${'payload.depositId'}               | ${'without blanks'}
    ${'a payload that is a list'}                   | ${'DepositReceived'}                 | ${'payload'}                   | ${[]}                             | ${'payload'}                         | ${'a record'}
    ${'a float where a time belongs'}               | ${'ClockTicked'}                     | ${'payload.at'}                | ${1.5}                            | ${'payload.at'}                      | ${'whole number'}
    ${'a time before 1970'}                         | ${'ClockTicked'}                     | ${'payload.at'}                | ${-1}                             | ${'payload.at'}                      | ${'at least 0'}
    ${'a time beyond the safe integers'}            | ${'ClockTicked'}                     | ${'payload.at'}                | ${2 ** 53}                        | ${'payload.at'}                      | ${'at most 9007199254740991'}
    ${'a time as text'}                             | ${'ClockTicked'}                     | ${'payload.at'}                | ${'2020-03-12T10:45:00Z'}         | ${'payload.at'}                      | ${'whole number'}
    ${'a position of zero'}                         | ${'TradeFilled'}                     | ${'payload.closeOutOrder'}     | ${{ partition: 0, position: 0 }}  | ${'payload.closeOutOrder.position'}  | ${'at least 1'}
    ${'a place in the global partition'}            | ${'TradeFilled'}                     | ${'payload.closeOutOrder'}     | ${{ partition: -1, position: 1 }} | ${'payload.closeOutOrder.partition'} | ${'at least 0'}
    ${'an enum in other letters'}                   | ${'TradeFilled'}                     | ${'payload.side'}              | ${'BUY'}                          | ${'payload.side'}                    | ${'"buy", "sell"'}
    ${'the amount of a posting'}                    | ${'WithdrawalHeld'}                  | ${'payload.postings.0.amount'} | ${'1E2'}                          | ${'payload.postings[0].amount'}      | ${'no exponent'}
    ${'collateral of an asset in other letters'}    | ${'WithdrawalHeld'}                  | ${'payload.collateral.xrp'}    | ${'1'}                            | ${'payload.collateral.xrp'}          | ${'such as "USD"'}
    ${'a case id without number'}                   | ${'LiquidationClosed'}               | ${'payload.caseId'}            | ${'carol.main'}                   | ${'payload.caseId'}                  | ${'<accountId>#<n>'}
    ${'an instrument in other letters'}             | ${'TradeFilled'}                     | ${'payload.instrument'}        | ${'btc-perp'}                     | ${'payload.instrument'}              | ${'BTC-27MAR26'}
    ${'an option without its type'}                 | ${'TradeFilled'}                     | ${'payload.instrument'}        | ${'BTC-27MAR26-60000'}            | ${'payload.instrument'}              | ${'BTC-27MAR26-60000-C'}
    ${'a reason with a NUL'}                        | ${'margin.commands/ProposeDocument'} | ${'payload.reason'}            | ${'after\0stress'}                | ${'payload.reason'}                  | ${'control characters'}
    ${'a reason that clears the terminal'}          | ${'margin.commands/ProposeDocument'} | ${'payload.reason'}            | ${'after\u001b[2Jstress'}         | ${'payload.reason'}                  | ${'control characters'}
    ${'a reason with half a surrogate pair'}        | ${'margin.commands/ProposeDocument'} | ${'payload.reason'}            | ${'after \ud83d stress'}          | ${'payload.reason'}                  | ${'surrogate'}
    ${'a reason that turns the text around'}        | ${'margin.commands/ProposeDocument'} | ${'payload.reason'}            | ${'after \u202e stress'}          | ${'payload.reason'}                  | ${'direction'}
    ${'an actor of two lines'}                      | ${'margin.commands/ProposeDocument'} | ${'actor'}                     | ${'ann\nben'}                     | ${'actor'}                           | ${'line breaks'}
    ${'funding of no contract'}                     | ${'FundingRateFixed'}                | ${'payload.instrument'}        | ${'BTC'}                          | ${'payload.instrument'}              | ${'"BTC-PERP"'}
    ${'a model without version'}                    | ${'ChooseMarginModel'}               | ${'payload.model'}             | ${'derive-portfolio'}             | ${'payload.model'}                   | ${'<name>@<version>'}
    ${'a settlement without cash'}                  | ${'PositionChanged'}                 | ${'payload.settlement'}        | ${{ asset: 'BTC' }}               | ${'payload.settlement.cash'}         | ${'add it'}
    ${'a Merkle root that is none'}                 | ${'MarginRunCompleted'}              | ${'payload.root'}              | ${'ABC'}                          | ${'payload.root'}                    | ${'64 lower-case hex'}
    ${'a position of zero in the envelope'}         | ${'DepositReceived'}                 | ${'position'}                  | ${0}                              | ${'position'}                        | ${'at least 1'}
    ${'an id that is no UUID'}                      | ${'DepositReceived'}                 | ${'id'}                        | ${'first'}                        | ${'id'}                              | ${'UUID'}
    ${'a stream with a NUL'}                        | ${'DepositReceived'}                 | ${'stream'}                    | ${'a\0b'}                         | ${'stream'}                          | ${'NUL'}
    ${'a numbered event in the global partition'}   | ${'DepositReceived'}                 | ${'partition'}                 | ${GLOBAL}                         | ${'partition'}                       | ${'a numbered partition'}
    ${'a global event in a numbered partition'}     | ${'FundCredited'}                    | ${'partition'}                 | ${3}                              | ${'partition'}                       | ${'the global partition'}
    ${'a cause of no kind'}                         | ${'DepositReceived'}                 | ${'cause'}                     | ${{ kind: 'whim' }}               | ${'cause.kind'}                      | ${'"event", "command", "timer"'}
    ${'a basis that names no log'}                  | ${'WithdrawalHeld'}                  | ${'basis'}                     | ${[['treasury', 0, 1]]}           | ${'basis[0][0]'}                     | ${'"accounts"'}
    ${'a version of the future'}                    | ${'DepositReceived'}                 | ${'schemaVersion'}             | ${2}                              | ${'schemaVersion'}                   | ${'update the reader'}
    ${'a type of nowhere'}                          | ${'DepositReceived'}                 | ${'type'}                      | ${'DepositLost'}                  | ${'type'}                            | ${'update the reader'}
    ${'a type of another log'}                      | ${'DepositReceived'}                 | ${'type'}                      | ${'MarginCallIssued'}             | ${'type'}                            | ${'belongs to margin'}
    ${'the text of another log'}                    | ${'DepositReceived'}                 | ${'log'}                       | ${'accounts'}                     | ${'log'}                             | ${'send it to accounts'}
  `('refuses $why and names $field', ({ type, path, value, field, remedy }: Record<string, string>) => {
    const { log } = goldenEvent(type as string);
    const parsed = parseEntry(log, altered(type as string, path as string, value));
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error.field).toBe(field);
    expect(parsed.error.remedy).toContain(remedy);
    expect(parsed.error.message).not.toBe('');
  });

  it.each([null, undefined, 7, 'DepositReceived', [], NaN])('refuses %p, which is no entry at all', (value) => {
    const parsed = parseEntry('accounts', value);
    expect(parsed).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  it('names every wrong field, not only the first', () => {
    const entry = altered('DepositReceived', 'payload', { depositId: 'd-1', accountId: 'x', asset: 'USD', amount: 1 });
    const parsed = parseEntry(entry.log, entry);
    expect(parsed.ok ? [] : parsed.error.errors.map(({ field }) => field)).toEqual([
      'payload.accountId',
      'payload.amount',
    ]);
  });

  it('lets a reader that decides nothing skip a type or version it does not know, because the place is known', () => {
    for (const entry of [
      altered('MarginCallMet', 'type', 'MarginCallForgiven'),
      altered('MarginCallMet', 'schemaVersion', 2),
    ]) {
      const parsed = parseEntry('margin', entry);
      expect(parsed).toMatchObject({ ok: false, entry });
      expect(['unknown-type', 'newer-version']).toContain(parsed.ok ? '' : parsed.error.code);
    }
  });

  it.each([
    'BTC-PERP',
    'SOL-PERP',
    'BTC-27MAR26',
    'ETH-6MAR26-INVERSE',
    'BTC-27MAR26-60000-C',
    'ETH-27MAR26-0.5-P-INVERSE',
  ])('takes a fill in %s: whether it is cleared, accounts knows', (instrument) => {
    expect(parseEntry('exchange.fills', altered('TradeFilled', 'payload.instrument', instrument)).ok).toBe(true);
  });

  it('takes what a trade in coin was settled with', () => {
    const entry = altered('PositionChanged', 'payload.settlement', { asset: 'BTC', cash: '-0.00765' });
    expect(parseEntry('accounts', entry).ok).toBe(true);
  });

  it('takes a command id of any form, since its sender chose it', () => {
    const entry = altered('OpenAccount', 'id', 'order-desk:2020-03-12:1');
    expect(parseEntry('accounts.commands', entry).ok).toBe(true);
  });

  it('never echoes a long value back', () => {
    const entry = altered('DepositReceived', 'payload.depositId', 'x y'.repeat(10_000));
    const parsed = parseEntry(entry.log, entry);
    expect(JSON.stringify(parsed.ok ? '' : parsed.error).length).toBeLessThan(1_000);
  });
});

describe('forms', () => {
  it('takes an account id exactly when the kernel does', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.stringMatching(/^[a-zA-Z0-9_.-]{0,50}\.[a-zA-Z0-9_.-]{0,25}$/),
          fc.stringMatching(/^[a-z]{1,3}\.[a-z]{1,3}$/),
        ),
        (id) => {
          expect(accountId.safeParse(id).success).toBe(isAccountId(id));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each`
    text         | signed   | nonNegative | positive
    ${'12.5'}    | ${true}  | ${true}     | ${true}
    ${'0'}       | ${true}  | ${true}     | ${false}
    ${'0.0'}     | ${true}  | ${true}     | ${false}
    ${'0.00001'} | ${true}  | ${true}     | ${true}
    ${'-12.5'}   | ${true}  | ${false}    | ${false}
    ${'-0'}      | ${false} | ${false}    | ${false}
    ${'-0.0'}    | ${false} | ${false}    | ${false}
    ${'-0.01'}   | ${true}  | ${false}    | ${false}
    ${'+1'}      | ${false} | ${false}    | ${false}
    ${'1.'}      | ${false} | ${false}    | ${false}
    ${'.5'}      | ${false} | ${false}    | ${false}
    ${'1 '}      | ${false} | ${false}    | ${false}
    ${'1\n'}     | ${false} | ${false}    | ${false}
    ${'0x10'}    | ${false} | ${false}    | ${false}
  `('reads "$text" as signed: $signed, not negative: $nonNegative, positive: $positive', (row) => {
    const { text, signed, nonNegative, positive } = row as Record<string, unknown>;
    expect(decimal.safeParse(text).success).toBe(signed);
    expect(nonNegativeDecimal.safeParse(text).success).toBe(nonNegative);
    expect(zodText(POSITIVE_DECIMAL).safeParse(text).success).toBe(positive);
  });
});
