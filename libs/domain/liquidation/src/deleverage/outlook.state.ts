import type { Cause } from '@ballast/event-sourcing';
import { GAINS_STEP } from '@ballast/facts';
import type {
  AccountId,
  AdlEvents,
  FundEvents,
  InstrumentId,
  LiquidationEvents,
  MarginEvents,
  Side,
  Underlying,
} from '@ballast/facts';
import { ZERO, dec, maxOf, type Decimal, type Instant } from '@ballast/kernel';
import { lossBearingEquity, offeredPosition } from './bankruptcy-price.js';

export type DeleveragingPhase = AdlEvents['DeleveragingAnnounced']['to'];

/** A position that may be offered to the other side. */
type Offerable = Pick<QueueOutlook, 'instrument' | 'side' | 'underlying'>;

/** What an account in liquidation may cost the fund, USD. */
interface Exposure {
  readonly queue: string;
  /** All that the account holds. */
  readonly positions: readonly Offerable[];
  /** Deficit that nobody has paid, >= 0. */
  readonly owed: Decimal;
  /** What it would be after losing once more what its positions are required to hold, >= owed. */
  readonly exposed: Decimal;
}

/** How near an instrument is to deleveraging on one side. */
export interface QueueOutlook {
  readonly instrument: InstrumentId;
  /** Side of the bankrupt positions. */
  readonly side: Side;
  readonly underlying: Underlying;
  readonly owed: Decimal;
  readonly exposed: Decimal;
  readonly phase: DeleveragingPhase;
  /** Clearing time at which the phase began; null: it was never another one. */
  readonly since: Instant | null;
}

/** What deleveraging is announced by: the fund, and what accounts in liquidation may cost it. */
export interface Outlook {
  /** USD in the fund of all. */
  fund: Decimal;
  readonly reserves: Map<Underlying, Decimal>;
  readonly exposures: Map<AccountId, Exposure>;
  /** What open cases have offered last, which may be heard of before the figures that it was offered on. */
  readonly offered: Map<AccountId, InstrumentId>;
  /** By instrument and bankrupt side. */
  readonly queues: Map<string, QueueOutlook>;
  /** The last fact that may change a phase. */
  due: Cause | null;
}

export const initialOutlook = (): Outlook => ({
  fund: ZERO,
  reserves: new Map(),
  exposures: new Map(),
  offered: new Map(),
  queues: new Map(),
  due: null,
});

/** Instrument and bankrupt side: what one queue is kept for. */
export const queueOf = ({ instrument, side }: { readonly instrument: InstrumentId; readonly side: Side }): string =>
  `${instrument}-${side}`;

/**
 * The account is expected to cost so much: of the position that its case has offered last, as long as that is held and something is owed, else of
 * the one that would be offered if all of them traded.
 */
export function noteAssessed(
  outlook: Outlook,
  { accountId, assessment }: MarginEvents['LiquidatingAccountAssessed'],
): void {
  forget(outlook, accountId);
  const equity = lossBearingEquity(assessment);
  const owed = maxOf(equity.neg(), ZERO);
  const exposed = maxOf(dec(assessment.figures.maintenance).minus(equity), owed);
  const positions = assessment.positions
    .filter(({ quantity }) => !dec(quantity).isZero())
    .map(({ instrument, side, underlying }): Offerable => ({ instrument, side, underlying }));
  const offered = owed.gt(0) ? outlook.offered.get(accountId) : undefined;
  const goesOn = positions.find(({ instrument }) => instrument === offered);
  const position = goesOn ?? offeredPosition(assessment);
  if (position === undefined || exposed.isZero()) return;
  put(outlook, accountId, { queue: queueFor(outlook, position), positions, owed, exposed });
}

/**
 * A case offers a position. It may be another than the one that has lost most, in which nothing may trade: only the case knows what is halted.
 * @see docs/spec/instrument-halts.md CLR-HLT-002
 */
export function noteOffered(
  outlook: Outlook,
  { accountId, instrument: offered }: LiquidationEvents['AdlRequested'],
): void {
  outlook.offered.set(accountId, offered);
  const known = outlook.exposures.get(accountId);
  const position = known?.positions.find(({ instrument }) => instrument === offered);
  if (known === undefined || position === undefined) return;
  forget(outlook, accountId);
  put(outlook, accountId, { ...known, queue: queueFor(outlook, position) });
}

/** The queue of a position, which begins with it. */
function queueFor({ queues }: Outlook, { instrument, side, underlying }: Offerable): string {
  const queue = queueOf({ instrument, side });
  if (!queues.has(queue)) {
    queues.set(queue, { instrument, side, underlying, owed: ZERO, exposed: ZERO, phase: 'off', since: null });
  }
  return queue;
}

/** A case is over: what it has offered says nothing of the next one. */
export function noteEnded(outlook: Outlook, { accountId }: LiquidationEvents['LiquidationClosed']): void {
  forget(outlook, accountId);
  outlook.offered.delete(accountId);
}

/** The account is in liquidation no longer. */
export function forget(outlook: Outlook, accountId: AccountId): void {
  const known = outlook.exposures.get(accountId);
  if (known === undefined) return;
  add(outlook, known.queue, known.owed.neg(), known.exposed.neg());
  outlook.exposures.delete(accountId);
}

function put(outlook: Outlook, accountId: AccountId, exposure: Exposure): void {
  outlook.exposures.set(accountId, exposure);
  add(outlook, exposure.queue, exposure.owed, exposure.exposed);
}

function add({ queues }: Outlook, queue: string, owed: Decimal, exposed: Decimal): void {
  const known = queues.get(queue);
  if (known === undefined) return;
  queues.set(queue, { ...known, owed: known.owed.plus(owed), exposed: known.exposed.plus(exposed) });
}

export function noteCredited(outlook: Outlook, { reserve, amount }: FundEvents['FundCredited']): void {
  change(outlook, reserve, dec(amount));
}

/** The own capital of the house stands behind fund and reserves, and is counted with neither: so it is said before that pays. */
export function notePaid(
  outlook: Outlook,
  { step, reserve, amount }: Pick<FundEvents['LossRecovered'], 'step' | 'reserve' | 'amount'>,
): void {
  if (step !== 'house-tranche' && step !== GAINS_STEP) change(outlook, reserve, dec(amount).neg());
}

export function noteRepaid(outlook: Outlook, { step, reserve, amount }: FundEvents['RepaymentBooked']): void {
  if (step !== 'house-tranche') change(outlook, reserve, dec(amount));
}

/** What a step pays of a deficit is owed no longer, before margin has assessed it. */
export function noteStep(outlook: Outlook, step: FundEvents['LossStepTaken']): void {
  notePaid(outlook, step);
  const known = outlook.exposures.get(step.accountId);
  if (known === undefined || step.purpose !== 'BankruptcyDeficit') return;
  forget(outlook, step.accountId);
  const left = (of: Decimal): Decimal => maxOf(of.minus(step.amount), ZERO);
  put(outlook, step.accountId, { ...known, owed: left(known.owed), exposed: left(known.exposed) });
}

function change(outlook: Outlook, reserve: Underlying | null, amount: Decimal): void {
  if (reserve === null) outlook.fund = outlook.fund.plus(amount);
  else outlook.reserves.set(reserve, (outlook.reserves.get(reserve) ?? ZERO).plus(amount));
}

/** How the state follows from an own announcement. */
export function noteAnnounced({ queues }: Outlook, announced: AdlEvents['DeleveragingAnnounced'], at: Instant): void {
  const known = queues.get(queueOf(announced));
  const { instrument, side, underlying, to } = announced;
  const figures = known ?? { instrument, side, underlying, owed: ZERO, exposed: ZERO };
  queues.set(queueOf(announced), { ...figures, phase: to, since: at });
}
