import type { Scenario } from '@ballast/exchange-simulator-domain';
import type { InstrumentId, MarginEvents, Underlying } from '@ballast/facts';
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
  const positions = assessment.positions
    .map(({ underlying, quantity, mark }) => ({
      quantity: Number(quantity),
      mark: Number(mark),
      closes: closesBehind(scenario, underlying, at),
    }))
    .filter(({ quantity }) => quantity !== 0);
  const equity = Number(assessment.figures.equity);
  const last = Math.min(...positions.map(({ closes }) => closes.length)) - 1;
  if (!(equity > 0) || !Number.isFinite(last) || last < 0) return false;
  let left = equity;
  for (let index = 0; index <= last; index++) {
    left =
      equity +
      positions.reduce((sum, { quantity, mark, closes }) => sum + quantity * ((closes[index] as number) - mark), 0);
    if (left <= 0) return false;
  }
  return left >= Number(assessment.figures.maintenance);
}

/** Prices of an underlying at the ends of its bars, of those that end within the 24 hours behind a moment. */
function closesBehind({ bars }: Scenario, underlying: Underlying, at: Instant): readonly number[] {
  return (bars[underlying] ?? [])
    .filter(({ start, durationMs }) => start + durationMs > at && start + durationMs <= at + DAY_MS)
    .map(({ close }) => Number(close));
}
