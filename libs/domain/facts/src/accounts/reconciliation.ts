import { event } from '../schema/event.js';
import {
  accountId,
  count,
  decimal,
  identifier,
  instant,
  instrument,
  ordinal,
  asset,
  reason,
  sha256Hex,
} from '../schema/forms.js';
import { list, nullable, oneOf, record } from '../schema/schema.js';

const stream = 'reconciliation-<source>';

/** What a party outside keeps: `custody`: assets, all together; `positions`: contracts of each account. */
export const RECONCILED = ['custody', 'positions'] as const;

/** What one line of books is told from another by. */
export const nameOfLine = (line: {
  readonly accountId: string | null;
  readonly asset: string | null;
  readonly instrument: string | null;
}): string => [line.accountId, line.asset, line.instrument].filter((each) => each !== null).join(' ');

const source = identifier('Who keeps the other books: a custodian, an exchange.');
const of = oneOf(RECONCILED);
const breakId = ordinal('1, 2, 3, ... over all breaks of the house.');

/** Which line of both books it is about. */
const line = {
  accountId: nullable(accountId('null: what is held for all accounts together.')),
  asset: nullable(asset('null: a contract.')),
  instrument: nullable(instrument('null: an asset.')),
};

const figures = {
  ledger: decimal('Of this ledger; contracts, or units of the asset.'),
  reported: decimal('Of the other books; 0 when they say nothing of it.'),
};

const held = {
  source,
  of,
  asOf: instant('The last moment of clearing time that the ledger is taken up to.'),
  file: sha256Hex('Of what the other party sent, byte by byte.'),
  compared: count('Lines that at least one of the two has.'),
};

/** accounts, global: what persons do about books that disagree. */
export const RECONCILIATION_COMMANDS = {
  RecordReconciliation: event({
    description: 'The ledger was held against the books of somebody else; every line that differs is named.',
    stream: 'commands',
    payload: {
      ...held,
      lines: sha256Hex(
        'Of the lines as they were reported, those that agree too: others under the same key are another request.',
      ),
      differences: list(record({ ...line, ...figures })),
    },
  }),
  ProposeBreakExplanation: event({
    description: 'Say why two books differ. Another person must approve it.',
    stream: 'commands',
    payload: { breakId, explanation: reason('Why; the approver and the auditor read it.') },
  }),
  ApproveBreakExplanation: event({
    description: 'Approve the explanation of a break; the actor is another person than the proposer.',
    stream: 'commands',
    payload: { breakId },
  }),
};

/** accounts, global. */
export const RECONCILIATION_EVENTS = {
  BreakOpened: event({
    description: 'Two books differ in a line in which they did not before.',
    stream,
    payload: { breakId, source, of, asOf: instant(), ...line, ...figures },
  }),
  BreakChanged: event({
    description: 'Two books still differ in a line, by other figures; what explained it before explains it no more.',
    stream,
    payload: { breakId, source, asOf: instant(), ...figures },
  }),
  BreakMatched: event({
    description: 'A line in which two books differed agrees again.',
    stream,
    payload: { breakId, source, asOf: instant() },
  }),
  BreakExplanationProposed: event({
    description: 'A person said why two books differ.',
    stream,
    payload: { breakId, source, explanation: reason('Why.') },
  }),
  BreakExplained: event({
    description: 'Another person approved why two books differ: the break stays, and is explained.',
    stream,
    payload: { breakId, source },
  }),
  ReconciliationRecorded: event({
    description:
      'The ledger was held against the books of somebody else; stands behind the breaks that follow from it.',
    stream,
    payload: { ...held, differing: count('Lines that differ.') },
  }),
};
