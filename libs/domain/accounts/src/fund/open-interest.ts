import type { AccountsEvents, FundEvents, InstrumentId, TradeSide } from '@ballast/facts';
import type { PositionLimits } from '@ballast/instruments';
import { compareText, dec, maxOf, text, ZERO, type Decimal } from '@ballast/kernel';

/** Contracts that all accounts of the house hold on each side. */
interface OpenInterest {
  readonly long: Decimal;
  readonly short: Decimal;
}

/** By instrument. */
export interface OpenInterests {
  readonly held: Map<InstrumentId, OpenInterest>;
  /** What was told last, by the document in force. */
  readonly told: Map<InstrumentId, FundEvents['OpenInterestMeasured']>;
}

export const noOpenInterests = (): OpenInterests => ({ held: new Map(), told: new Map() });

const NONE: OpenInterest = { long: ZERO, short: ZERO };

/** An account holds `after` contracts, having held `before`, signed. */
function moved({ held }: OpenInterests, instrument: InstrumentId, before: Decimal, after: Decimal): void {
  const { long, short } = held.get(instrument) ?? NONE;
  const now = {
    long: long.plus(maxOf(ZERO, after)).minus(maxOf(ZERO, before)),
    short: short.plus(maxOf(ZERO, after.neg())).minus(maxOf(ZERO, before.neg())),
  };
  if (now.long.isZero() && now.short.isZero()) held.delete(instrument);
  else held.set(instrument, now);
}

const signed = (side: TradeSide, quantity: string): Decimal => (side === 'sell' ? dec(quantity).neg() : dec(quantity));

type Traded = Pick<AccountsEvents['PositionChanged'], 'side' | 'quantity' | 'position'>;

/** An account traded, or was deleveraged. */
export function noteTraded(interests: OpenInterests, { side, quantity, position }: Traded): void {
  const after = dec(position.quantity);
  moved(interests, position.instrument, after.minus(signed(side, quantity)), after);
}

/** A trade was taken back. @param reversed with the side of the trade */
export function noteReversed(interests: OpenInterests, { side, quantity, position }: Traded): void {
  const after = dec(position.quantity);
  moved(interests, position.instrument, after.plus(signed(side, quantity)), after);
}

/** An account came with positions. */
export function noteImported(interests: OpenInterests, { positions }: AccountsEvents['AccountImported']): void {
  for (const { instrument, quantity } of positions) moved(interests, instrument, ZERO, dec(quantity));
}

/** A contract ended with its position. */
export function noteDelivered(
  interests: OpenInterests,
  { quantity, position }: AccountsEvents['ContractDelivered'],
): void {
  moved(interests, position.instrument, dec(quantity), dec(position.quantity));
}

/** A part of the limit by which open interest moves before it is told again. */
const TOLD_STEPS = 100;

/** What is to be told of an instrument; undefined: it has no limit, or what was told last is near enough. */
function measured(
  { held, told }: OpenInterests,
  instrument: InstrumentId,
  limits: PositionLimits,
): FundEvents['OpenInterestMeasured'] | undefined {
  const limit = limits.instruments.get(instrument)?.openInterest ?? null;
  if (limit === null) return undefined;
  const { long, short } = held.get(instrument) ?? NONE;
  const exceeded = maxOf(long, short).gt(limit);
  const last = told.get(instrument);
  if (last?.limits === limits.id && last.exceeded === exceeded) {
    const change = maxOf(long.minus(last.long).abs(), short.minus(last.short).abs());
    if (change.isZero() || change.times(TOLD_STEPS).lt(limit)) return undefined;
  }
  return { instrument, long: text(long), short: text(short), limit: text(limit), exceeded, limits: limits.id };
}

/** What is to be told of open interest that is limited, once some instruments, or the limits, have changed. @see docs/spec/limits.md CLR-LIM-004 */
export function measuredInterests(
  interests: OpenInterests,
  limits: PositionLimits | undefined,
  instruments: Iterable<InstrumentId> = limits?.instruments.keys() ?? [],
): readonly FundEvents['OpenInterestMeasured'][] {
  if (limits === undefined) return [];
  return [...instruments]
    .sort(compareText)
    .map((instrument) => measured(interests, instrument, limits))
    .filter((each) => each !== undefined);
}
