import { readBody, record, textOf } from '@ballast/documents';
import type { CommandResult, LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, CorrectionCommands, FundEvents } from '@ballast/facts';
import { IDENTIFIER, INSTRUMENT_ID, REASON, dec, isNobody, subjectOf, sum } from '@ballast/kernel';

type Reported = AccountsEvents['TradeSidesReported'];
type Ended = FundEvents['TradeCorrectionEnded'];

/** A cancellation that a person asked for, as the global partition follows it. */
export interface TradeCorrection {
  readonly proposed: FundEvents['TradeCorrectionProposed'];
  readonly proposer: string;
  /** What each partition said. */
  readonly reports: ReadonlyMap<number, Reported>;
  /** Null while nobody has approved it. */
  readonly approver: string | null;
  /** Why it will never be approved; null while it may be, or is. */
  readonly ended: CorrectionRefusal | null;
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
  'correction-withdrawn': 'the correction was given up: propose another one',
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
const WITHDRAWAL = record({ correctionId: textOf(IDENTIFIER), reason: textOf(REASON) });

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
  if (correction === undefined) return { refusal: refused('correction-unknown') };
  const code = approvalRefusal(correction, actor, partitions);
  if (code !== null) return { refusal: refused(code) };
  return { fact: { ...tradeOf(correction), sides: sidesOf(correction) } };
}

/** A person gives it up; nothing was booked of it. */
export function withdrawCorrection(
  corrections: TradeCorrections,
  { payload, actor }: Pick<LogEntry, 'payload' | 'actor'>,
): Outcome<Ended> {
  const reading = readBody(payload, WITHDRAWAL);
  if ('defects' in reading) {
    return { refusal: { outcome: 'rejected', code: 'correction-invalid', detail: reading.defects.join('; ') } };
  }
  const correction = corrections.get(reading.figures.correctionId);
  if (correction === undefined) return { refusal: refused('correction-unknown') };
  const code = isNobody(actor) ? 'actor-missing' : doneWith(correction);
  if (code !== null) return { refusal: refused(code) };
  return { fact: { ...tradeOf(correction), code: 'correction-withdrawn', reason: reading.figures.reason } };
}

/** Those that are neither approved nor ended, and are of the trades that are meant. */
const openOnes = (
  corrections: TradeCorrections,
  isMeant: (correction: TradeCorrection) => boolean,
): readonly TradeCorrection[] =>
  [...corrections.values()].filter((correction) => doneWith(correction) === null && isMeant(correction));

const endedBy = (code: CorrectionRefusal, corrections: readonly TradeCorrection[]): readonly Ended[] =>
  corrections.map((correction) => ({ ...tradeOf(correction), code, reason: null }));

/** A partition said what it booked: the correction ends as soon as that, or what all have said, shows that it can't be approved. */
export function endedByReport(
  corrections: TradeCorrections,
  { correctionId }: Reported,
  partitions: number,
): readonly Ended[] {
  return openOnes(corrections, ({ proposed }) => proposed.correctionId === correctionId).flatMap((correction) => {
    const code = reportedRefusal(correction, partitions);
    return code === null ? [] : endedBy(code, [correction]);
  });
}

/** Another correction of the same trade is approved. */
export const endedByApproval = (
  corrections: TradeCorrections,
  { correctionId, tradeId, instrument }: FundEvents['TradeCorrectionApproved'],
): readonly Ended[] =>
  endedBy(
    'trade-reversed',
    openOnes(
      corrections,
      ({ proposed }) =>
        proposed.correctionId !== correctionId && proposed.tradeId === tradeId && proposed.instrument === instrument,
    ),
  );

/** A partition has delivered a contract: the sides that it has said are here can't be taken back any more. */
export const endedByDelivery = (
  corrections: TradeCorrections,
  partition: number,
  { instrument }: AccountsEvents['ExpiryClosed'],
): readonly Ended[] =>
  endedBy(
    'instrument-expired',
    openOnes(
      corrections,
      ({ proposed, reports }) => proposed.instrument === instrument && (reports.get(partition)?.sides.length ?? 0) > 0,
    ),
  );

const tradeOf = ({
  proposed: { correctionId, tradeId, instrument },
}: TradeCorrection): Pick<Ended, 'correctionId' | 'tradeId' | 'instrument'> => ({ correctionId, tradeId, instrument });

const sidesOf = ({ reports }: TradeCorrection): FundEvents['TradeCorrectionApproved']['sides'] =>
  [...reports]
    .sort(([a], [b]) => a - b)
    .flatMap(([partition, { sides }]) => sides.map((side) => ({ partition, ...side })));

/** Why nothing is to be done with it any more; null while it is open. */
const doneWith = ({ approver, ended }: TradeCorrection): CorrectionRefusal | null =>
  approver === null ? ended : 'correction-approved';

function approvalRefusal(
  correction: TradeCorrection,
  actor: string | null,
  partitions: number,
): CorrectionRefusal | null {
  const { approver, proposer, ended, reports } = correction;
  if (isNobody(actor)) return 'actor-missing';
  if (approver !== null) return 'correction-approved';
  if (subjectOf(proposer) === subjectOf(actor)) return 'proposer-may-not-approve';
  if (ended !== null) return ended;
  return reports.size < partitions ? 'correction-not-reported' : reportedRefusal(correction, partitions);
}

/** Why what the partitions have said so far rules an approval out. */
function reportedRefusal(correction: TradeCorrection, partitions: number): CorrectionRefusal | null {
  for (const { refusal } of correction.reports.values()) {
    if (refusal !== null) return isRefusal(refusal) ? refusal : 'trade-side-missing';
  }
  if (correction.reports.size < partitions) return null;
  const sides = sidesOf(correction);
  if (sides.length === 0) return 'trade-unknown';
  const open = sum(sides.map(({ side, quantity }) => (side === 'buy' ? dec(quantity) : dec(quantity).neg())));
  return open.isZero() ? null : 'trade-side-missing';
}

/** How corrections follow from events. */
export const evolveCorrections = {
  proposed(corrections: TradeCorrections, proposed: FundEvents['TradeCorrectionProposed'], actor: string | null): void {
    corrections.set(proposed.correctionId, {
      proposed,
      proposer: actor ?? '',
      reports: new Map(),
      approver: null,
      ended: null,
    });
  },
  reported(corrections: TradeCorrections, partition: number, report: Reported): void {
    const correction = corrections.get(report.correctionId);
    if (correction === undefined) return;
    corrections.set(report.correctionId, {
      ...correction,
      reports: new Map([...correction.reports, [partition, report]]),
    });
  },
  approved(corrections: TradeCorrections, correctionId: string, actor: string | null): void {
    const correction = corrections.get(correctionId);
    if (correction !== undefined) corrections.set(correctionId, { ...correction, approver: actor ?? '' });
  },
  ended(corrections: TradeCorrections, { correctionId, code }: Ended): void {
    const correction = corrections.get(correctionId);
    if (correction === undefined) return;
    corrections.set(correctionId, { ...correction, ended: isRefusal(code) ? code : 'correction-withdrawn' });
  },
};

/** A cancellation as persons see it. */
export interface CorrectionFigures {
  readonly correctionId: string;
  readonly tradeId: string;
  readonly instrument: string;
  readonly reason: string;
  readonly proposer: string;
  /** Null while nobody has approved it. */
  readonly approver: string | null;
  /** Code for which it will never be approved; null while it may be, or is. */
  readonly ended: string | null;
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
    ...{ proposer: correction.proposer, approver: correction.approver, ended: correction.ended },
    reported: { partitions: correction.reports.size, of: partitions },
    sides: sidesOf(correction).map(({ partition, accountId, side, quantity }) => ({
      ...{ partition, accountId, side, quantity },
    })),
    refusals: [...correction.reports.values()].flatMap(({ refusal }) => (refusal === null ? [] : [refusal])),
  }));

/** A one-line answer for people. */
export const answered = (correctionId: string): CommandResult => ({ outcome: 'accepted', data: { correctionId } });
