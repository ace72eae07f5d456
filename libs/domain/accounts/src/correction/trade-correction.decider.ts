import { readBody, record, textOf } from '@ballast/documents';
import type { CommandResult, LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, CorrectionCommands, FundEvents } from '@ballast/facts';
import { IDENTIFIER, INSTRUMENT_ID, REASON, dec, isNobody, subjectOf, sum } from '@ballast/kernel';

type Reported = AccountsEvents['TradeSidesReported'];

/** A cancellation that a person asked for, as the global partition follows it. */
export interface TradeCorrection {
  readonly proposed: FundEvents['TradeCorrectionProposed'];
  readonly proposer: string;
  /** What each partition said. */
  readonly reports: ReadonlyMap<number, Reported>;
  readonly approved: boolean;
}

/** By correction id. */
export type TradeCorrections = Map<string, TradeCorrection>;

/** Why a correction is refused, and what to do. */
const REFUSALS = {
  'correction-invalid': 'write correctionId, tradeId, instrument and reason',
  'actor-missing': 'name the person: X-Actor',
  'correction-exists': 'the correction was proposed before: take another id',
  'correction-unknown': 'the correction was never proposed',
  'correction-approved': 'the correction is approved already',
  'proposer-may-not-approve': 'another person than the proposer approves it',
  'correction-not-reported': 'not every partition has said what it booked of the trade: ask again',
  'trade-unknown': 'no partition remembers a trade of that id in that instrument',
  'trade-side-missing': 'the sides that were booked do not cancel: one is missing',
  'trade-in-suspense': 'a side is in suspense, and its variation was settled with that of others',
  'trade-of-close-out': 'the trade executed a close-out order, which the case stands on',
  'trade-reversed': 'the trade was taken back before',
  'instrument-expired': 'the contract is delivered',
  'account-closed': 'an account that traded is closed, for good, and takes nothing back',
} as const;
export type CorrectionRefusal = keyof typeof REFUSALS;

const refused = (code: CorrectionRefusal): CommandResult => ({
  outcome: 'rejected',
  code,
  detail: REFUSALS[code],
});

const isRefusal = (code: string): code is CorrectionRefusal => Object.hasOwn(REFUSALS, code);

const PROPOSAL = record({
  correctionId: textOf(IDENTIFIER),
  tradeId: textOf(IDENTIFIER),
  instrument: textOf(INSTRUMENT_ID),
  reason: textOf(REASON),
});
const APPROVAL = record({ correctionId: textOf(IDENTIFIER) });

/** What is emitted, or the answer that refuses. */
type Outcome<Fact> = { readonly fact: Fact } | { readonly refusal: CommandResult };

/** A person asks to cancel a trade. */
export function proposeCorrection(
  corrections: TradeCorrections,
  { payload, actor }: Pick<LogEntry, 'payload' | 'actor'>,
): Outcome<CorrectionCommands['ProposeTradeCorrection']> {
  const reading = readBody(payload, PROPOSAL);
  if ('defects' in reading) {
    return { refusal: { outcome: 'rejected', code: 'correction-invalid', detail: reading.defects.join('; ') } };
  }
  if (isNobody(actor)) return { refusal: refused('actor-missing') };
  if (corrections.has(reading.figures.correctionId)) return { refusal: refused('correction-exists') };
  return { fact: reading.figures };
}

/**
 * Another person approves it, once every partition has said what it booked of the trade: both sides are taken back or none, since
 * positions cancel over all partitions.
 */
export function approveCorrection(
  corrections: TradeCorrections,
  { payload, actor }: Pick<LogEntry, 'payload' | 'actor'>,
  partitions: number,
): Outcome<FundEvents['TradeCorrectionApproved']> {
  const reading = readBody(payload, APPROVAL);
  if ('defects' in reading) {
    return { refusal: { outcome: 'rejected', code: 'correction-invalid', detail: reading.defects.join('; ') } };
  }
  const correction = corrections.get(reading.figures.correctionId);
  const code =
    correction === undefined ? 'correction-unknown' : approvalRefusal(corrections, correction, actor, partitions);
  if (correction === undefined || code !== null) return { refusal: refused(code ?? 'correction-unknown') };
  const { correctionId, tradeId, instrument } = correction.proposed;
  return { fact: { correctionId, tradeId, instrument, sides: sidesOf(correction) } };
}

const sidesOf = ({ reports }: TradeCorrection): FundEvents['TradeCorrectionApproved']['sides'] =>
  [...reports]
    .sort(([a], [b]) => a - b)
    .flatMap(([partition, { sides }]) => sides.map((side) => ({ partition, ...side })));

/** Whether another correction of the same trade was approved since this one was proposed. */
const isTakenBack = (corrections: TradeCorrections, { proposed: { tradeId, instrument } }: TradeCorrection): boolean =>
  [...corrections.values()].some(
    ({ approved, proposed }) => approved && proposed.tradeId === tradeId && proposed.instrument === instrument,
  );

function approvalRefusal(
  corrections: TradeCorrections,
  correction: TradeCorrection,
  actor: string | null,
  partitions: number,
): CorrectionRefusal | null {
  if (isNobody(actor)) return 'actor-missing';
  if (correction.approved) return 'correction-approved';
  if (isTakenBack(corrections, correction)) return 'trade-reversed';
  if (subjectOf(correction.proposer) === subjectOf(actor)) return 'proposer-may-not-approve';
  if (correction.reports.size < partitions) return 'correction-not-reported';
  for (const { refusal } of correction.reports.values()) {
    if (refusal !== null) return isRefusal(refusal) ? refusal : 'trade-side-missing';
  }
  const sides = sidesOf(correction);
  if (sides.length === 0) return 'trade-unknown';
  const open = sum(sides.map(({ side, quantity }) => (side === 'buy' ? dec(quantity) : dec(quantity).neg())));
  return open.isZero() ? null : 'trade-side-missing';
}

/** How corrections follow from events. */
export const evolveCorrections = {
  proposed(corrections: TradeCorrections, proposed: FundEvents['TradeCorrectionProposed'], actor: string | null): void {
    corrections.set(proposed.correctionId, { proposed, proposer: actor ?? '', reports: new Map(), approved: false });
  },
  reported(corrections: TradeCorrections, partition: number, report: Reported): void {
    const correction = corrections.get(report.correctionId);
    if (correction === undefined) return;
    corrections.set(report.correctionId, {
      ...correction,
      reports: new Map([...correction.reports, [partition, report]]),
    });
  },
  /** Since a partition said what it booked, something has happened by which none of it can be taken back any more. */
  overtaken(corrections: TradeCorrections, concerns: (report: Reported) => boolean, refusal: CorrectionRefusal): void {
    for (const [correctionId, correction] of corrections) {
      if (correction.approved) continue;
      const reports = [...correction.reports].map(([partition, report]): [number, Reported] => [
        partition,
        report.refusal === null && concerns(report) ? { ...report, refusal } : report,
      ]);
      corrections.set(correctionId, { ...correction, reports: new Map(reports) });
    }
  },
  approved(corrections: TradeCorrections, correctionId: string): void {
    const correction = corrections.get(correctionId);
    if (correction !== undefined) corrections.set(correctionId, { ...correction, approved: true });
  },
};

/** A cancellation as persons see it. */
export interface CorrectionFigures {
  readonly correctionId: string;
  readonly tradeId: string;
  readonly instrument: string;
  readonly reason: string;
  readonly proposer: string;
  readonly approved: boolean;
  /** Partitions that have said what they booked of the trade. */
  readonly reported: { readonly partitions: number; readonly of: number };
  readonly sides: readonly {
    readonly partition: number;
    readonly accountId: string;
    readonly side: 'buy' | 'sell';
    readonly quantity: string;
  }[];
  /** Codes for which a partition can't take its side back. */
  readonly refusals: readonly string[];
}

/** Every cancellation that was asked for, oldest first. */
export const correctionFigures = (corrections: TradeCorrections, partitions: number): readonly CorrectionFigures[] =>
  [...corrections.values()].map((correction) => ({
    ...correction.proposed,
    ...{ proposer: correction.proposer, approved: correction.approved },
    reported: { partitions: correction.reports.size, of: partitions },
    sides: sidesOf(correction).map(({ partition, accountId, side, quantity }) => ({
      ...{ partition, accountId, side, quantity },
    })),
    refusals: [...correction.reports.values()].flatMap(({ refusal }) => (refusal === null ? [] : [refusal])),
  }));

/** A one-line answer for people. */
export const answered = (correctionId: string): CommandResult => ({ outcome: 'accepted', data: { correctionId } });
