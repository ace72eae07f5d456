import fc from 'fast-check';
import { StateCodec, type LogEntry } from '@ballast/event-sourcing';
import { ClearingPictureProjection, type ClearingPicture, type KeptPicture } from './clearing-picture.js';
import {
  LiquidationCasesProjection,
  type KeptCases,
  type LiquidationCase,
} from './liquidation-cases/liquidation-cases.js';

type Told = Pick<LogEntry, 'log' | 'type' | 'payload'>;

const amount = fc.integer({ min: 0, max: 10_000_000 }).map((cents) => `${cents / 100}`);
const account = fc.constantFrom('a.main', 'b.main', 'c.main');
const caseId = account.map((accountId) => `${accountId}#1`);
const called = fc.record({ callId: caseId, issuedAt: fc.integer({ min: 0, max: 1_000 }) });
const states = fc.record({
  HEALTHY: fc.nat(9),
  WARN: fc.nat(9),
  MARGIN_CALL: fc.nat(9),
  RESTRICTED: fc.nat(9),
  LIQUIDATING: fc.nat(9),
});
const option = fc.constantFrom('BTC-27MAR26-60000-C', 'BTC-27MAR26-70000-P');

/** Payloads are plain objects, as what is read from a log is. */
const told = (log: string, type: string, payload: fc.Arbitrary<unknown>): fc.Arbitrary<Told> =>
  payload.map((of) => ({ log, type, payload: JSON.parse(JSON.stringify(of)) as unknown }));

/** What the pictures know of each log, as its partition may hold it. */
const ACCOUNTS = fc.oneof(
  told('accounts', 'AccountOpened', fc.constant({})),
  told('accounts', 'WithdrawalSettled', fc.constantFrom({}, { to: 'b.main' })),
  told('accounts', 'UncoveredLossBooked', fc.record({ amount })),
  told('accounts', 'UncoveredLossRecovered', fc.record({ amount })),
  told(
    'accounts',
    'PositionChanged',
    fc.record({
      accountId: account,
      reason: fc.constantFrom('trade', 'close-out'),
      position: fc.record({ instrument: option, quantity: fc.constantFrom('0', '1', '-2.5'), cost: fc.constant('0') }),
      settlement: fc.record({ asset: fc.constantFrom('USD', 'BTC'), cash: amount.map((of) => `-${of}`) }),
    }),
  ),
);
const MARGIN = fc.oneof(
  told('margin', 'AccountStateChanged', fc.record({ to: fc.constantFrom('WARN', 'RESTRICTED') })),
  told('margin', 'MarginCallIssued', called),
  told('margin', 'LiquidationTriggered', fc.record({ call: fc.option(called) })),
  told(
    'margin',
    'MarginRunCompleted',
    fc.record({ kind: fc.constantFrom('full', 'touched'), assessed: fc.nat(50), states, models: fc.constant({}) }),
  ),
);
const LIQUIDATION = fc.oneof(
  told(
    'liquidation',
    'LiquidationOpened',
    caseId.map((id) => ({
      caseId: id,
      accountId: id.slice(0, -2),
      trigger: { partition: 0, position: 1 },
      figures: { equity: '5', initial: '30', call: '12', liquidation: '10' },
    })),
  ),
  told('liquidation', 'CloseOutOrderPlaced', fc.record({ caseId })),
  told(
    'liquidation',
    'LiquidationCostAssessed',
    fc.record({ caseId, closedNotional: amount, slippage: amount, penalty: amount, reward: amount }),
  ),
  told('liquidation', 'FundDrawRequested', fc.record({ caseId, amount, purpose: fc.constant('BankruptcyDeficit') })),
  told(
    'liquidation',
    'LiquidationClosed',
    fc.record({ caseId, outcome: fc.constantFrom('restored', 'bankrupt'), uncoveredLoss: amount }),
  ),
);

/** Partitions of a house, each in its own order: liquidation has one only, so that no case stands in two. */
const partitions = fc
  .tuple(...[ACCOUNTS, ACCOUNTS, MARGIN, MARGIN, LIQUIDATION].map((of) => fc.array(of, { maxLength: 12 })))
  .map((logs) =>
    logs.map((log, index) =>
      log.map(
        (of, place) =>
          ({
            ...of,
            partition: index % 2,
            position: place + 1,
            time: { clearing: 1_000 + place, hop: 1 },
          }) as unknown as LogEntry,
      ),
    ),
  );

/** All entries, each partition in its order, merged as `turns` says. */
function merged(logs: readonly (readonly LogEntry[])[], turns: readonly number[]): LogEntry[] {
  const left = logs.map((log) => [...log]);
  const all: LogEntry[] = [];
  for (const turn of turns) {
    const next = left[turn % left.length]?.shift();
    if (next !== undefined) all.push(next);
  }
  return [...all, ...left.flat()];
}

interface Shown {
  readonly picture: ClearingPicture;
  readonly cases: readonly LiquidationCase[];
  readonly open: number;
}

function shown(entries: readonly LogEntry[], writtenDownAfter?: number): Shown {
  let pictures = new ClearingPictureProjection();
  let cases = new LiquidationCasesProjection();
  entries.forEach((entry, index) => {
    if (index === writtenDownAfter) {
      const text = new StateCodec().encode({ picture: pictures.kept, cases: cases.kept });
      const kept = new StateCodec().decode(text) as { readonly picture: KeptPicture; readonly cases: KeptCases };
      pictures = new ClearingPictureProjection(kept.picture);
      cases = new LiquidationCasesProjection(kept.cases);
    }
    pictures.apply(entry);
    cases.apply(entry);
  });
  return { picture: pictures.picture, cases: cases.list(), open: cases.open };
}

const turns = fc.array(fc.nat(4), { maxLength: 60 });

describe('what is folded from the logs', () => {
  it('is the same in whatever order the partitions are read', () => {
    fc.assert(
      fc.property(partitions, turns, (logs, order) => {
        expect(shown(merged(logs, order))).toEqual(shown(logs.flat()));
      }),
    );
  });

  it('is the same when it was written down on the way and gone on from', () => {
    fc.assert(
      fc.property(partitions, turns, fc.nat(60), (logs, order, place) => {
        const entries = merged(logs, order);
        expect(shown(entries, place)).toEqual(shown(entries));
      }),
    );
  });
});
