import { endOf, type Scenario } from '@ballast/exchange-simulator-domain';
import type { InstrumentId, MarginEvents } from '@ballast/facts';
import { DAY_MS, type Instant } from '@ballast/kernel';

type Triggered = MarginEvents['LiquidationTriggered']['assessment'];

/**
 * True when the positions of an account could have been held: at the closes of the scenario over the next 24 hours, or as long as
 * it goes, equity stays above zero, and at the end it is not below the maintenance of the time of the liquidation. Nobody
 * pays in, nothing is traded, coins stay at the price of that time. From the marks at which equity was judged the prices go on as in the
 * files, which are the same for every rule, whatever its close-outs did to the market.
 * @returns false for positions other than linear perpetuals too: what those are worth at a price of the underlying is not told by it alone
 */
export function couldBeHeld(
  assessment: Triggered,
  at: Instant,
  scenario: Scenario,
  isPerpetual: (instrument: InstrumentId) => boolean,
): boolean {
  if (!assessment.positions.every(({ instrument }) => isPerpetual(instrument))) return false;
  const equity = Number(assessment.figures.equity);
  const closes = assessment.positions
    .filter(({ quantity }) => Number(quantity) !== 0)
    .map((position) => closesBehind(scenario, position, at));
  if (!(equity > 0) || closes.length === 0 || closes.some(({ length }) => length === 0)) return false;
  const gains = new Map<InstrumentId, number>();
  let left = equity;
  const ascending = closes.flat().sort((a, b) => a.end - b.end);
  for (const [index, { end, instrument, gain }] of ascending.entries()) {
    left += gain - (gains.get(instrument) ?? 0);
    gains.set(instrument, gain);
    // Bars of underlyings may differ in length: what ends together counts together.
    if (end !== ascending[index + 1]?.end && left <= 0) return false;
  }
  return left >= Number(assessment.figures.maintenance);
}

interface Close {
  readonly instrument: InstrumentId;
  readonly end: Instant;
  /** Of the position since its mark, USD. */
  readonly gain: number;
}

/** What a position has gained at the end of each bar that ends within the 24 hours behind a moment. */
function closesBehind(
  { bars }: Scenario,
  { instrument, underlying, quantity, mark }: Triggered['positions'][number],
  at: Instant,
): readonly Close[] {
  return (bars[underlying] ?? [])
    .map((bar) => ({ instrument, end: endOf(bar), gain: Number(quantity) * (Number(bar.close) - Number(mark)) }))
    .filter(({ end }) => end > at && end <= at + DAY_MS);
}
