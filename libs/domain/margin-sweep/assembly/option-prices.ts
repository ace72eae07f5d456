import { CENTRAL, centralProbability, exp, log, millsRatio } from './float';

const PER_SQRT_2PI: f64 = 0.3989422804014327;
/** 2^-50: below it the value of time is under the bound. */
const NO_VOLATILITY: f64 = 8.881784197001252e-16;

/** base x (1 - Phi(x)) for x >= 0; `density` is base x phi(x). */
function upperTail(x: v128, base: v128, density: v128): v128 {
  const central = f64x2.lt(x, f64x2.splat(CENTRAL));
  if (i64x2.all_true(central)) return f64x2.mul(base, f64x2.sub(f64x2.splat(0.5), centralProbability(x)));
  const outer = f64x2.mul(density, millsRatio(x));
  if (!v128.any_true(central)) return outer;
  const inner = f64x2.mul(base, f64x2.sub(f64x2.splat(0.5), centralProbability(x)));
  return v128.bitselect(inner, outer, central);
}

/**
 * Undiscounted Black-76 prices, two at a time, `count` even. Formula and error bound: `src/option-prices/price-reference.ts`.
 *
 * @param forwards          f64 per price
 * @param strikes           f64 per price
 * @param totalVolatilities f64 per price, sigma sqrt(T)
 * @param sides             f64 per price, 1 = call, -1 = put
 * @param prices            out, f64 per price
 */
export function optionPrices(
  forwards: usize,
  strikes: usize,
  totalVolatilities: usize,
  sides: usize,
  prices: usize,
  count: i32,
): void {
  const end = forwards + ((<usize>count) << 3);
  while (forwards < end) {
    const forward = v128.load(forwards);
    const strike = v128.load(strikes);
    const volatility = v128.load(totalVolatilities);
    const low = f64x2.pmin(forward, strike);
    const high = f64x2.pmax(forward, strike);
    const h = f64x2.div(log(f64x2.div(high, low)), volatility);
    const t = f64x2.mul(volatility, f64x2.splat(0.5));
    const x = f64x2.sub(h, t);
    const density = f64x2.mul(
      f64x2.mul(low, f64x2.splat(PER_SQRT_2PI)),
      exp(f64x2.mul(f64x2.mul(x, f64x2.splat(-0.5)), x)),
    );
    const tail = upperTail(f64x2.abs(x), low, density);
    const first = v128.bitselect(f64x2.sub(low, tail), tail, f64x2.lt(x, f64x2.splat(0)));
    const difference = f64x2.sub(first, upperTail(f64x2.add(h, t), high, density));
    // NaN where there is no volatility; neither that nor a value below 0 stays.
    const isAbove = v128.and(f64x2.gt(difference, f64x2.splat(0)), f64x2.gt(volatility, f64x2.splat(NO_VOLATILITY)));
    const ofTime = v128.and(difference, isAbove);
    const inTheMoney = f64x2.mul(v128.load(sides), f64x2.sub(forward, strike));
    const intrinsic = v128.and(inTheMoney, f64x2.gt(inTheMoney, f64x2.splat(0)));
    v128.store(prices, f64x2.add(intrinsic, ofTime));
    forwards += 16;
    strikes += 16;
    totalVolatilities += 16;
    sides += 16;
    prices += 16;
  }
}
