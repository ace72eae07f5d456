import type { LogDirectory } from '@ballast/event-log';
import type { LogEntry } from '@ballast/event-sourcing';
import { HOUR_MS, sha256 } from '@ballast/kernel';
import { dayStatement, startOfDay } from './day-statement.js';
import { statementCsv } from './statement-csv.js';
import { statementText } from './statement-text.js';

const ACCOUNT = 'carol.main';
const DAY = startOfDay('2020-03-12');

interface Booked {
  readonly at: number;
  readonly type: string;
  readonly payload: object;
  readonly accountId?: string;
}

/** A log of accounts with one partition. */
function logsWith(entries: readonly Booked[]): LogDirectory {
  const sealed = entries.map(({ at, type, payload, accountId = ACCOUNT }, index) => ({
    ...{ position: index + 1, time: { clearing: at }, type, stream: `account-${accountId}` },
    ...{ chain: sha256(String(index + 1)), payload: { accountId, ...payload } },
  })) as unknown as LogEntry[];
  const log = { read: async (_: number, after: number) => sealed.slice(after) };
  return { partitions: 1, log: () => log } as unknown as LogDirectory;
}

const posted = (amount: string, asset = 'USD', ledger = 'client', accountId = ACCOUNT) => ({
  ledgerAccount: `${ledger}/${accountId}`,
  ...{ asset, amount },
});
const opened: Booked = { at: DAY - 2 * HOUR_MS, type: 'AccountOpened', payload: {} };
const deposited: Booked = {
  ...{ at: DAY - HOUR_MS, type: 'CollateralCredited' },
  payload: { asset: 'USD', amount: '1000', collateral: { USD: '1000' }, postings: [posted('1000')] },
};
/** Realises 100 and costs 25 of fees. */
const traded = (at: number): Booked => ({
  ...{ at, type: 'PositionChanged' },
  payload: {
    ...{ reason: 'trade', side: 'sell', quantity: '1', price: '50000', fee: '25', realisedPnl: '100' },
    ...{
      settlement: { asset: 'USD', cash: '100' },
      position: { instrument: 'BTC-PERP', quantity: '-1', cost: '-50000' },
    },
    ...{ collateral: { USD: '1075' }, postings: [posted('75')] },
  },
});
const later: Booked = { at: DAY + 24 * HOUR_MS, type: 'AccountOpened', payload: {}, accountId: 'dave.main' };

describe('the statement of a day [CLR-ACC-070]', () => {
  it('tells what was there, every movement by its cause, and what is there: it adds up', async () => {
    const statement = await dayStatement(logsWith([opened, deposited, traded(DAY), later]), ACCOUNT, DAY);
    expect(statement).toEqual({
      ...{ accountId: ACCOUNT, date: '2020-03-12', partition: 0, isComplete: true },
      from: { position: 2, chain: sha256('2').toString('hex') },
      to: { position: 3, chain: sha256('3').toString('hex') },
      assets: [
        {
          ...{ asset: 'USD', opening: '1000', closing: '1075' },
          sums: [
            { cause: 'traded', amount: '100', movements: 1 },
            { cause: 'fees', amount: '-25', movements: 1 },
          ],
        },
      ],
      movements: [
        expect.objectContaining({ cause: 'traded', amount: '100', position: 3, at: DAY }),
        expect.objectContaining({ cause: 'fees', amount: '-25', position: 3, at: DAY }),
      ],
      openingPositions: [],
      closingPositions: [{ instrument: 'BTC-PERP', quantity: '-1', cost: '-50000' }],
    });
  });

  it('of a day on which nothing happened says what there is, and of one that has not ended that it has not', async () => {
    const logs = logsWith([opened, deposited]);
    expect(await dayStatement(logs, ACCOUNT, DAY)).toMatchObject({
      ...{ isComplete: false, from: { position: 2 }, to: { position: 2 }, movements: [] },
      assets: [{ asset: 'USD', opening: '1000', sums: [], closing: '1000' }],
    });
  });

  it('takes the first moment of a day to it and the first of the next one not', async () => {
    const lastMoment = traded(DAY + 24 * HOUR_MS - 1);
    expect(await dayStatement(logsWith([opened, deposited, lastMoment]), ACCOUNT, DAY)).toMatchObject({
      ...{ isComplete: false, assets: [{ closing: '1075' }] },
    });
    const nextDay = traded(DAY + 24 * HOUR_MS);
    expect(await dayStatement(logsWith([opened, deposited, nextDay]), ACCOUNT, DAY)).toMatchObject({
      ...{ isComplete: true, to: { position: 2 }, assets: [{ closing: '1000' }] },
    });
  });

  it('counts money that is held: it leaves when it is paid out', async () => {
    const held: Booked = {
      ...{ at: DAY, type: 'WithdrawalHeld' },
      payload: { collateral: { USD: '1000' }, postings: [posted('-60'), posted('60', 'USD', 'held')] },
    };
    const settled: Booked = {
      ...{ at: DAY, type: 'WithdrawalSettled' },
      payload: {
        withdrawalId: 'w',
        asset: 'USD',
        amount: '60',
        collateral: { USD: '940' },
        postings: [posted('-60', 'USD', 'held')],
      },
    };
    expect(await dayStatement(logsWith([opened, deposited, held, settled]), ACCOUNT, DAY)).toMatchObject({
      assets: [{ opening: '1000', sums: [{ cause: 'withdrawals', amount: '-60' }], closing: '940' }],
    });
  });

  it('knows no account that was opened later', async () => {
    expect(await dayStatement(logsWith([opened, later]), 'dave.main', DAY)).toBe('account-unknown');
  });

  it('is not made when opening and movements do not lead to closing', async () => {
    const short = { ...traded(DAY), payload: { ...traded(DAY).payload, collateral: { USD: '1075.01' } } };
    await expect(dayStatement(logsWith([opened, deposited, short]), ACCOUNT, DAY)).rejects.toThrow('off by 0.01 USD');
  });

  it('reads on a terminal as sums by cause, movements with their places, and positions at both ends', async () => {
    const statement = await dayStatement(logsWith([opened, deposited, traded(DAY), later]), ACCOUNT, DAY);
    if (statement === 'account-unknown') throw new Error(statement);
    const chain = (position: number): string => sha256(String(position)).toString('hex');
    expect(statementText(statement).split('\n')).toEqual([
      'carol.main  2020-03-12 UTC',
      '',
      'USD',
      '  opening  1000.00',
      '  traded   +100.00  1 movement',
      '  fees      -25.00  1 movement',
      '  closing  1075.00',
      '',
      'Movements',
      expect.stringMatching(
        /^ {2}2020-03-12T00:00:00Z {2}accounts\/0#3 {2}\+100\.00 {2}USD {2}traded {2}Trade: sell 1 BTC-PERP/,
      ),
      expect.stringMatching(
        /^ {2}2020-03-12T00:00:00Z {2}accounts\/0#3 {3}-25\.00 {2}USD {2}fees {4}Trade: sell 1 BTC-PERP/,
      ),
      '',
      'Positions when the day began',
      '  none',
      '',
      'Positions when it ended',
      '  BTC-PERP  -1  cost -50000',
      '',
      'What it is made from',
      `  behind  accounts/0#2  chain ${chain(2)}`,
      `  up to   accounts/0#3  chain ${chain(3)}`,
    ]);
    const open = await dayStatement(logsWith([opened, deposited]), ACCOUNT, DAY);
    if (open === 'account-unknown') throw new Error(open);
    expect(statementText(open)).toContain('the day has not ended in this log');
    expect(statementText(open)).toContain('Movements\n  none\n');
    expect(statementText(open)).toContain('Positions so far\n  none\n');
  });

  it('is a table of the same figures, with the log it stands on', async () => {
    const statement = await dayStatement(logsWith([opened, deposited, traded(DAY), later]), ACCOUNT, DAY);
    if (statement === 'account-unknown') throw new Error(statement);
    const rows = statementCsv(statement).split('\r\n');
    expect(rows[0]).toBe('record,subject,cause,amount,place,at,detail');
    expect(rows).toContain('opening,USD,,1000,,,');
    expect(rows).toContain('sum,USD,fees,-25,,,1');
    expect(rows).toContain('closing,USD,,1075,,,');
    expect(rows).toContain('closing-position,BTC-PERP,,-1,,,cost -50000');
    expect(rows).toContain(`log-to,,,,accounts/0#3,,${sha256('3').toString('hex')}`);
    expect(
      rows.find((row) => row.startsWith('movement,USD,traded,100,accounts/0#3,2020-03-12T00:00:00Z,"Trade: sell')),
    ).toBeDefined();
  });
});
