import { checked, figure, list, record, type Refuse } from '@ballast/documents';
import { type Decimal, maxOf, minOf, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type ExplainLine,
  type MarginModel,
  type Market,
  type ModelResult,
  type Portfolio,
  type PositionHolding,
  positive,
  readParameterDocument,
  stablePriceOf,
} from '@ballast/margin-models';
import { deltasByExpiry } from '../methodology/scenario/option-delta.js';
import { chargeLine, holdingValueLines, levelSum } from '../methodology/scenario/scenario-margin.js';
import { withWorstOrders } from '../methodology/worst-orders.js';

/** Rates while the stablecoin is worth at least `pegAtLeast`: one for each tier of the hedge. */
export interface DepegBand {
  readonly pegAtLeast: Decimal;
  readonly rates: readonly Decimal[];
}

export interface DepegParameters {
  /** Upper ends of the tiers of a hedge, settlement currency, rising; one more tier is open at the top. */
  readonly tierEnds: readonly Decimal[];
  /** From the peg downwards; the last begins at zero. */
  readonly bands: readonly DepegBand[];
  /** What the initial level asks of the maintenance level. */
  readonly initialFactor: Decimal;
}

const MOST_ROWS = 1_000;

const rising = (values: readonly Decimal[], strictly: boolean): boolean =>
  values.every((value, index) => {
    const before = values[index - 1];
    return before === undefined || (strictly ? value.gt(before) : value.gte(before));
  });

function requireTable({ tierEnds, bands }: Pick<DepegParameters, 'tierEnds' | 'bands'>, refuse: Refuse): void {
  if (!rising(tierEnds, true)) refuse('tierEnds', 'the ends must rise; sort them');
  bands.forEach(({ rates }, index) => {
    if (rates.length !== tierEnds.length + 1) {
      const wanted = `write ${tierEnds.length + 1} rates, one for each tier and one above the last`;
      refuse(`bands[${index}].rates`, wanted);
    } else if (!rising(rates, false)) {
      refuse(`bands[${index}].rates`, 'a larger hedge cannot cost less per unit; write rates that do not fall');
    }
  });
  const pegs = [...bands].reverse().map(({ pegAtLeast }) => pegAtLeast);
  if (!rising(pegs, true)) refuse('bands', 'write them from the peg downwards, each once');
  const cheaper = tierEnds.some((_, tier) => {
    const rates = bands.flatMap((band) => band.rates[tier] ?? []);
    return !rising(rates, false);
  });
  if (cheaper) refuse('bands', 'a lower peg cannot cost less; write rates that do not fall with the peg');
  if (pegs[0]?.isZero() !== true) refuse('bands', 'let the last band begin at 0, or a collapse has no rate');
}

const DEPEG_FORM = checked(
  record({
    tierEnds: list(figure({ above: '0' }), 1, MOST_ROWS),
    bands: list(
      record({ pegAtLeast: figure({ min: '0' }), rates: list(figure({ min: '0', max: '1' }), 1, MOST_ROWS) }),
      1,
      MOST_ROWS,
    ),
    initialFactor: figure({ min: '1' }),
  }),
  requireTable,
);

/** Reads a document of the depeg charge. @throws ModelInputError */
export const readDepegParameters = (document: unknown): DepegParameters => readParameterDocument(document, DEPEG_FORM);

/**
 * Charge for a hedge between quotes of a stablecoin and of the dollar: sum over tiers of rate * (part of the hedge in the tier),
 * continuous in the hedge. The rates are those of the highest band that the peg price reaches.
 * @param hedge matched notional, >= 0, settlement currency
 */
export function depegCharge(hedge: Decimal, pegPrice: Decimal, { tierEnds, bands }: DepegParameters): Decimal {
  positive(pegPrice, 'pegPrice');
  const rates = bands.find(({ pegAtLeast }) => pegPrice.gte(pegAtLeast))?.rates ?? [];
  const parts = rates.map((rate, tier) => {
    const from = tierEnds[tier - 1] ?? ZERO;
    const to = tierEnds[tier];
    const inTier = maxOf(to === undefined ? hedge.minus(from) : minOf(hedge, to).minus(from), ZERO);
    return inTier.times(rate);
  });
  return sum(parts);
}

/**
 * Published: 0.5 % and 1 % from 0.995, 1.5 % in the next band of the second tier, 40 % from 0.80 down, and the example of the third band
 * (0.75 %, 1.75 %, 2.5 %). The other rates and the band limits between are ours, in line with these.
 */
export const DEPEG_DOCUMENT = {
  tierEnds: ['1000000', '5000000'],
  bands: [
    { pegAtLeast: '0.995', rates: ['0.005', '0.01', '0.015'] },
    { pegAtLeast: '0.99', rates: ['0.006', '0.015', '0.02'] },
    { pegAtLeast: '0.985', rates: ['0.0075', '0.0175', '0.025'] },
    { pegAtLeast: '0.97', rates: ['0.01', '0.025', '0.04'] },
    { pegAtLeast: '0.95', rates: ['0.05', '0.06', '0.08'] },
    { pegAtLeast: '0.9', rates: ['0.15', '0.16', '0.18'] },
    { pegAtLeast: '0.85', rates: ['0.25', '0.26', '0.28'] },
    { pegAtLeast: '0.8', rates: ['0.35', '0.36', '0.38'] },
    { pegAtLeast: '0', rates: ['0.4', '0.4', '0.4'] },
  ],
  initialFactor: '1.3',
};

/** Value of the delta of some positions by underlying, settlement currency. */
function exposures(positions: readonly PositionHolding[], market: Market): ReadonlyMap<string, Decimal> {
  const holdings = arrangeHoldings(positions, market, [], 'both');
  return new Map(holdings.map((held) => [held.underlying, sum(deltasByExpiry(held).values()).times(held.spot)]));
}

/**
 * Charge of a portfolio, an add-on to a model that nets both quotes. The hedge of an underlying is what coin-settled contracts
 * (quoted in dollars) and linear ones (quoted in the stablecoin) have against each other: min(|a|, |b|) for opposite deltas.
 */
function depegMargin(portfolio: Portfolio, market: Market, parameters: DepegParameters): ModelResult {
  const { cash } = arrangeCollateral(portfolio.collateral, market);
  const peg = stablePriceOf(market);
  const settledIn = (settlement: string) =>
    portfolio.positions.filter(({ instrument }) => instrument.settlement === settlement);
  const linear = exposures(settledIn('linear'), market);
  const coin = exposures(settledIn('inverse'), market);
  const charges = [...linear].map(([underlying, first]) => {
    const second = coin.get(underlying) ?? ZERO;
    const hedge = first.times(second).lt(0) ? minOf(first.abs(), second.abs()) : ZERO;
    const charge = depegCharge(hedge, peg, parameters);
    return chargeLine('depeg', underlying, charge.times(parameters.initialFactor), charge, { hedge, pegPrice: peg });
  });
  const held = arrangeHoldings(portfolio.positions, market, [], 'both');
  const values: readonly ExplainLine[] = [{ code: 'cash', amount: cash }, ...holdingValueLines(held)];
  return {
    value: sum(values.map(({ amount }) => amount)),
    requirements: { initial: levelSum(charges, 'initial'), maintenance: levelSum(charges, 'maintenance') },
    lines: [...values, ...charges],
  };
}

/** MR9 of OKX: the charge by itself. Beside a model that nets, its requirements are added. */
export const okxDepeg: MarginModel<DepegParameters> = {
  id: 'okx-depeg@1',
  title: 'OKX stablecoin depeg charge (MR9)',
  source: { text: 'OKX help 4411686631309 and 11951498951821; MR9 example from secondary sites', asOf: '2025-10-31' },
  levels: ['initial', 'maintenance'],
  defaultParameters: { id: 'okx-depeg-2025-10@1', document: DEPEG_DOCUMENT },
  readParameters: readDepegParameters,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => depegMargin(held, market, parameters), portfolio, market),
};
