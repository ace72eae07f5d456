import { dec, type Decimal, log, maxOf, minOf, ONE, sum, text, ZERO } from '@ballast/kernel';
import { type ExpiryHoldings, SECONDS_PER_YEAR } from '@ballast/margin-models';
import { optionValue } from '../methodology/scenario/option-value.js';
import { skewMultiplier } from '../methodology/scenario/skew-shock.js';
import { shockedVolatility, termScale } from '../methodology/scenario/volatility-shock.js';
import type { DeriveScan, DeriveScenario, DeriveVolatilityMove, StaticDiscount } from './portfolio-parameters.js';

/** Profit or loss of an expiry, and of each option in the order of the holdings. */
export interface ExpiryProfit {
  readonly pnl: Decimal;
  readonly byOption: readonly Decimal[];
}

/** The options of one expiry, valued again under each shock. */
export interface ExpiryRevaluation {
  readonly holdings: ExpiryHoldings;
  readonly years: Decimal;
  /** Value of all its options at the marks, settlement currency. */
  readonly markToMarket: Decimal;
  /** Value of each option at the marks, in the order of `holdings.options`. */
  readonly markValues: readonly Decimal[];
  /** Profit or loss of each option in a scenario, undampened, and of the expiry: the sum. */
  profitOf(scenario: DeriveScenario): ExpiryProfit;
  /** min(value at `spotUp` - value, value at `spotDown` - value, 0) * (addFactor + multFactor * years): zero or a loss. */
  readonly basisContingency: ExpiryProfit;
}

/** What shocked values at or above and below zero are multiplied by. */
function discountFactors(
  scan: DeriveScan,
  rate: Decimal,
  years: Decimal,
  discount: Decimal,
): readonly [Decimal, Decimal] {
  const exponent = ({ rateMult, rateAdd }: StaticDiscount): Decimal => years.times(rate.times(rateMult).plus(rateAdd));
  const { longDiscount, shortDiscount } = scan;
  const long = longDiscount.staticDiscount.times(exponent(longDiscount).neg().exp());
  if (shortDiscount === undefined) return [long, ONE];
  // A debt cannot be marked up beyond its undiscounted amount.
  return [long, minOf(ONE.div(discount), shortDiscount.staticDiscount.times(exponent(shortDiscount).exp()))];
}

/** Prepares the revaluation of one expiry; values are asked for by scenario and each is computed once. */
export function revaluationOf(holdings: ExpiryHoldings, scan: DeriveScan): ExpiryRevaluation {
  const years = dec(holdings.secondsToExpiry).div(SECONDS_PER_YEAR);
  const discount = scan.discounted ? holdings.rate.times(years).neg().exp() : ONE;
  const valueDiscount = scan.discounted ? discount : undefined;
  const [longFactor, shortFactor] = discountFactors(scan, holdings.rate, years, discount);
  const fixed = fixedForward(holdings, scan.settlementWindowSeconds);
  const variable = holdings.forward.minus(fixed);
  const scale = termScale(holdings.secondsToExpiry, scan.volShock);
  const volatilityOf = (volatility: number, strike: Decimal, vol: DeriveVolatilityMove): number => {
    if (vol !== 'linear' && vol !== 'abs') return shockedVolatility(volatility, vol, scale, scan.volShock);
    if (scan.skewShock === undefined) return volatility;
    const moneyness = log(strike.div(holdings.forward).toNumber());
    return volatility * skewMultiplier(vol, moneyness, holdings.years, scan.skewShock);
  };
  const valued = new Map<string, readonly Decimal[]>();
  const valuesAt = (spotShock: Decimal, vol: DeriveVolatilityMove): readonly Decimal[] => {
    const key = `${text(spotShock)} ${vol}`;
    const known = valued.get(key);
    if (known !== undefined) return known;
    const forward = variable.times(spotShock).plus(fixed);
    const values = holdings.options.map(({ type, strike, size, volatility }) => {
      const shocked = volatilityOf(volatility.toNumber(), strike, vol);
      return optionValue({ type, strike, volatility: shocked, years: holdings.years }, forward, valueDiscount).times(
        size,
      );
    });
    valued.set(key, values);
    return values;
  };
  const markValues = valuesAt(ONE, 'none');
  const markToMarket = sum(markValues);
  const { spotUp, spotDown, addFactor, multFactor } = scan.basisContingency;
  const moved = (spotShock: Decimal): ExpiryProfit => {
    const byOption = valuesAt(spotShock, 'none').map((value, index) => value.minus(markValues[index] as Decimal));
    return { pnl: sum(byOption), byOption };
  };
  return {
    holdings,
    years,
    markToMarket,
    markValues,
    basisContingency: basisProfit(moved(spotUp), moved(spotDown), addFactor.plus(multFactor.times(years))),
    profitOf({ spotShock, vol }) {
      const shocked = valuesAt(spotShock, vol);
      const total = sum(shocked);
      const factor = total.gte(0) ? longFactor : shortFactor;
      const pnl = total.times(factor).minus(markToMarket);
      // A skew move may come with either sign; each expiry takes the one that loses.
      const turned = (vol === 'linear' || vol === 'abs') && pnl.gt(0);
      const byOption = shocked.map((value, index) => value.times(factor).minus(markValues[index] as Decimal));
      return turned ? { pnl: pnl.neg(), byOption: byOption.map((option) => option.neg()) } : { pnl, byOption };
    },
  };
}

/** The move of the forward that loses more, times the factor; nothing when neither loses. */
function basisProfit(up: ExpiryProfit, down: ExpiryProfit, factor: Decimal): ExpiryProfit {
  const { pnl, byOption } = down.pnl.lt(up.pnl) ? down : up;
  const counted = pnl.lt(0) ? factor : ZERO;
  return { pnl: pnl.times(counted), byOption: byOption.map((option) => option.times(counted)) };
}

/** The part of the forward that is already settlement average: F * max(0, window - T) / window. */
function fixedForward({ forward, secondsToExpiry }: ExpiryHoldings, windowSeconds: Decimal): Decimal {
  if (windowSeconds.isZero()) return ZERO;
  return forward.times(maxOf(windowSeconds.minus(secondsToExpiry), ZERO)).div(windowSeconds);
}
