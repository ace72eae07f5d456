import type { Bar, Scenario } from '@ballast/exchange-simulator-domain';
import type { MarginEvents, Underlying } from '@ballast/facts';
import { DAY_MS, type Instant } from '@ballast/kernel';

type Triggered = MarginEvents['LiquidationTriggered']['assessment'];

/**
 * True when the positions of an account could have been held: at the closes of the scenario over the next 24 hours, or as long as
 * it goes, equity stays above zero, and at the end it is not below the maintenance of the time of the liquidation. Nobody
 * pays in, nothing is traded, coins stay at the price of that time. The prices are those of the files, so they are the same for
 * every rule, whatever its close-outs did to the market.
 */
export function couldBeHeld(assessment: Triggered, at: Instant, scenario: Scenario): boolean {
  const positions = assessment.positions
    .map(({ underlying, side, notional }) => ({
      signed: side === 'long' ? Number(notional) : -Number(notional),
      changes: changesOf(scenario, underlying, at),
    }))
    .filter(({ signed }) => signed !== 0);
  const equity = Number(assessment.figures.equity);
  const last = Math.min(...positions.map(({ changes }) => changes.length)) - 1;
  if (!(equity > 0) || !Number.isFinite(last) || last < 0) return false;
  let left = equity;
  for (let index = 0; index <= last; index++) {
    left = equity + positions.reduce((total, { signed, changes }) => total + signed * (changes[index] as number), 0);
    if (left <= 0) return false;
  }
  return left >= Number(assessment.figures.maintenance);
}

/** Changes since a moment, fractions, at the close of every bar of the next 24 hours. */
function changesOf({ bars }: Scenario, underlying: Underlying, at: Instant): readonly number[] {
  const own = bars[underlying] ?? [];
  const first = indexFrom(own, at);
  const from = own[first - 1] ?? own[first];
  if (from === undefined) return [];
  const base = Number(from.close);
  const changes: number[] = [];
  for (let index = first; index < own.length; index++) {
    const { start, close } = own[index] as Bar;
    if (start >= at + DAY_MS) break;
    changes.push(Number(close) / base - 1);
  }
  return changes;
}

/** Index of the first bar that starts after a moment. */
function indexFrom(bars: readonly Bar[], at: Instant): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bars[middle] as Bar).start <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
