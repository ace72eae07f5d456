import { describe, expect, it } from '@jest/globals';
import type { Instrument } from '@ballast/instruments';
import { dec, Decimal, text, ZERO, maxOf, minOf } from '@ballast/kernel';
import type { MarginModel, Market, ModelResult, OpenOrder, Portfolio, PositionHolding } from '@ballast/margin-models';
import { instrumentOf, marketAt } from '@ballast/margin-models/testing';
import fc from 'fast-check';
import { binanceTiered } from './binance/binance.preset.js';
import { bybitTiered } from './bybit/bybit.preset.js';
import { hyperliquidTiered } from './hyperliquid/hyperliquid.preset.js';
import { MARGIN_MODELS } from './margin-models.js';
import {
  EXPIRY_DAYS,
  future,
  held,
  inversePerpetual,
  marketOf,
  option,
  perpetual,
  SPOT,
} from './methodology/scenario/scenario.fixtures.js';
import { marketOf as tiersOf, type TieredParameters } from './methodology/tiered/tiered.parameters.js';

const UNDERLYINGS = Object.keys(SPOT);
/** Relative distance that 40-digit sums may differ by when their terms differ. */
const ROUNDING = dec('1e-30');

/** A property that a model does not have: why, and a book that shows it, so that the reason cannot outlive the rule. */
interface Lacking<Book> {
  readonly because: string;
  readonly shownBy: Book;
}
type Books = readonly [readonly PositionHolding[], readonly PositionHolding[]];

/** What every registered model says of the properties that a margin rule may have. All are tested, also the lacking ones. */
interface Statement {
  readonly instruments: readonly Instrument[];
  readonly market: (instruments: readonly Instrument[]) => Market;
  /** n times the portfolio requires n times as much. */
  readonly homogeneous: 'claimed' | Lacking<readonly PositionHolding[]>;
  /** A portfolio requires no more than its parts. */
  readonly subAdditive: 'claimed' | Lacking<Books>;
  /**
   * The most that books of two underlyings relieve each other of, beyond which they require what they do apart. 'nothing': the
   * requirements add up. 'one-underlying': the model, or its market here, has no second one.
   */
  readonly relief: 'nothing' | 'one-underlying' | ((level: string, first: ModelResult, second: ModelResult) => Decimal);
  /** Books at a border of tiers, brackets or thresholds, and the levels that do not jump there. */
  readonly borders: readonly { readonly at: readonly PositionHolding[]; readonly levels?: readonly string[] }[];
  /** What a figure of the model is rounded to at most, settlement currency: no jump is one below it. */
  readonly grid: (notional: Decimal) => Decimal;
}

const options = UNDERLYINGS.flatMap((underlying) =>
  EXPIRY_DAYS.flatMap((days) =>
    [70, 85, 100, 115, 140].flatMap((percent) =>
      (['call', 'put'] as const).map((type) =>
        option(underlying, days, text(dec(SPOT[underlying]!).times(percent).div(100)), type),
      ),
    ),
  ),
);
const perpetuals = UNDERLYINGS.map(perpetual);
const futures = UNDERLYINGS.flatMap((underlying) => EXPIRY_DAYS.map((days) => future(underlying, days)));
const coinPerpetuals = UNDERLYINGS.map((underlying) => inversePerpetual(underlying, SPOT[underlying]));
const [BTC, ETH] = perpetuals as [Instrument, Instrument];
const [BTC_COIN] = coinPerpetuals as [Instrument, Instrument];
const ADAPTIVE_IDS = ['BTC-PERP', 'BTC-PERP-INVERSE', 'BTC-27MAR26', 'BTC-27MAR26-50000-C', 'BTC-27MAR26-50000-P'];
const adaptive = ADAPTIVE_IDS.map((id) => instrumentOf(id, id === 'BTC-PERP-INVERSE' ? '50000' : '1'));

const adaptiveMarket = marketAt('1', ADAPTIVE_IDS);

const exact = (): Decimal => ZERO;
const noBorders = [] as const;
/** A size of a perpetual at which a book is worth so much. */
const worth = (instrument: Instrument, notional: string): PositionHolding =>
  held(instrument, text(dec(notional).div(SPOT[instrument.underlying]!)));
/** Tiers of linear bitcoin: additive over contracts, and the rate of the whole grows with the size. */
function tiered(model: MarginModel<TieredParameters>, small: string, large: string): Statement {
  const { schedule } = tiersOf(model.readParameters(model.defaultParameters.document), 'BTC', 'linear');
  return {
    instruments: perpetuals,
    market: marketOf,
    homogeneous: { because: 'a larger notional is in a higher tier', shownBy: [worth(BTC, large)] },
    subAdditive: {
      because: 'two notionals of low tiers are together in a higher one',
      shownBy: [[worth(BTC, small)], [worth(BTC, large)]],
    },
    relief: 'nothing',
    // Initial margin is the whole notional at the leverage of its tier: the venues let it jump.
    borders: schedule.slice(1).map(({ from }) => ({ at: [worth(BTC, text(from))], levels: ['maintenance'] })),
    grid: exact,
  };
}

const scanned = (line: string, { lines }: ModelResult, level: string): Decimal =>
  lines.filter(({ code }) => code === line).reduce((all, { figures }) => all.plus(figures?.[level] ?? ZERO), ZERO);

/** The most that the pairs of a book under `deribit-portfolio@1` may count of their gains together: a share and an amount of each. */
const countedGains = ({ scenarios = [] }: ModelResult): Decimal => {
  const most = new Map<string, Decimal>();
  for (const { id, pnl } of scenarios) {
    const [pair] = id.split(':') as [string];
    if (pair !== 'all') most.set(pair, maxOf(most.get(pair) ?? ZERO, pnl));
  }
  return [...most.values()].reduce((all, gain) => all.plus(minOf(gain.times('0.6'), dec('20000000'))), ZERO);
};

/** New models have no entry here and fail until they state theirs. */
const STATED: Readonly<Record<string, Statement>> = {
  'adaptive-portfolio@1': {
    instruments: adaptive,
    market: () => adaptiveMarket,
    homogeneous: { because: 'the rate grows with the size of the owner', shownBy: [held(adaptive[0]!, '500')] },
    subAdditive: {
      because: 'size is charged: two books of a low bracket are together in a higher one',
      shownBy: [[held(adaptive[0]!, '500')], [held(adaptive[0]!, '500')]],
    },
    relief: 'one-underlying',
    borders: ['20', '200', '1000', '4000'].map((size) => ({ at: [held(adaptive[0]!, size)] })),
    grid: () => dec('0.01'),
  },
  'scenario@1': {
    instruments: [...options, ...perpetuals, ...futures],
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: 'claimed',
    // 30 % of what the two lose less together than apart, which is at most what both lose apart.
    relief: (level, first, second) =>
      scanned('scan-risk', first, level)
        .plus(scanned('scan-risk', second, level))
        .times('0.3'),
    borders: noBorders,
    grid: exact,
  },
  'span-like@1': {
    instruments: [...options, ...perpetuals, ...futures],
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: {
      because: 'a credit between commodities goes by net deltas, which other positions of the portfolio use up',
      shownBy: [[held(BTC, '1.32')], [held(option('BTC', 30, '42000', 'put'), '-2.66'), held(ETH, '-2.49')]],
    },
    // Half of the scan risk of each leg.
    relief: (level, first, second) =>
      scanned('scan-risk', first, level)
        .plus(scanned('scan-risk', second, level))
        .times('0.5'),
    borders: noBorders,
    grid: exact,
  },
  'deribit-standard@1': {
    instruments: [...options, ...perpetuals, ...futures],
    market: marketOf,
    homogeneous: { because: 'the rate of a contract grows with its size', shownBy: [held(BTC, '10')] },
    subAdditive: { because: 'the rate grows with the size', shownBy: [[held(BTC, '10')], [held(BTC, '10')]] },
    relief: 'nothing',
    borders: noBorders,
    grid: exact,
  },
  'deribit-portfolio@1': {
    instruments: [...options, ...perpetuals, ...futures, ...coinPerpetuals],
    market: marketOf,
    homogeneous: {
      because: 'a loss beyond the range is relieved by an amount, and a large delta is charged',
      shownBy: [held(BTC, '400')],
    },
    subAdditive: {
      because: 'a large delta is charged: the concentration term',
      shownBy: [[held(BTC, '300')], [held(BTC, '300')]],
    },
    // The smaller of two worst cells, and what the pairs of the other book may count of their gains.
    relief: (level, first, second) => {
      const [a, b] = [first, second].map((result) => scanned('scan-risk', result, level)) as [Decimal, Decimal];
      return minOf(a, b).plus(maxOf(countedGains(first), countedGains(second)));
    },
    // The threshold of the delta shock (20,000,000 / 60,000) and where its cap of 10 % is reached.
    borders: [{ at: [worth(BTC, '20000000')] }, { at: [worth(BTC, '140000000')] }],
    grid: exact,
  },
  'derive-standard@1': {
    instruments: [...options, ...perpetuals],
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: {
      because: 'each expiry takes the better of two rules, and together it can take only one of them',
      shownBy: [
        [held(option('BTC', 7, '51000', 'put'), '2.54'), held(option('BTC', 7, '51000', 'put'), '-2.63')],
        [held(option('BTC', 7, '60000', 'put'), '2.45'), held(option('BTC', 7, '69000', 'put'), '-2.41')],
      ],
    },
    relief: 'nothing',
    borders: noBorders,
    grid: exact,
  },
  'derive-portfolio@1': {
    instruments: [...options, ...perpetuals],
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: 'claimed',
    relief: 'nothing',
    borders: noBorders,
    grid: exact,
  },
  'derive-portfolio@2': {
    instruments: [...options, ...perpetuals],
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: 'claimed',
    relief: 'nothing',
    borders: noBorders,
    grid: exact,
  },
  'okx-depeg@1': {
    instruments: [...perpetuals, ...futures, ...coinPerpetuals],
    market: marketOf,
    homogeneous: {
      because: 'a larger hedge is in a higher tier',
      shownBy: [worth(BTC, '1000000'), held(BTC_COIN, '-20')],
    },
    subAdditive: {
      because: 'it charges a hedge, and two books may hedge each other',
      shownBy: [[held(BTC, '1')], [held(BTC_COIN, '-1')]],
    },
    relief: 'nothing',
    borders: ['1000000', '5000000'].map((hedge) => ({
      at: [worth(BTC, hedge), held(BTC_COIN, text(dec(hedge).div(SPOT.BTC!).neg()))],
    })),
    grid: exact,
  },
  'reg-t-option@1': {
    instruments: options,
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: 'claimed',
    relief: 'nothing',
    borders: noBorders,
    grid: exact,
  },
  'binance-tiered@1': tiered(binanceTiered, '40000', '60000'),
  'bybit-tiered@1': tiered(bybitTiered, '1500000', '1500000'),
  'hyperliquid-tiered@1': tiered(hyperliquidTiered, '100000000', '149000000'),
  'dydx-fraction@1': {
    instruments: perpetuals,
    market: marketOf,
    homogeneous: { because: 'requirements are rounded up to micro-dollars', shownBy: [held(BTC, '0.0000000008')] },
    subAdditive: {
      because: 'a notional is cut to micro-dollars first, so two of nothing may be something',
      shownBy: [[held(BTC, '0.00000000001')], [held(BTC, '0.00000000001')]],
    },
    relief: 'nothing',
    borders: noBorders,
    grid: () => dec('0.000002'),
  },
  'drift-size-adjusted@1': {
    instruments: perpetuals,
    market: marketOf,
    homogeneous: { because: 'the ratio grows with the root of the size', shownBy: [held(BTC, '50000')] },
    subAdditive: { because: 'the ratio grows with the size', shownBy: [[held(BTC, '50000')], [held(BTC, '50000')]] },
    relief: 'nothing',
    borders: noBorders,
    // The venue floors ratios to 4 decimals.
    grid: (notional) => notional.times('0.0001').plus('0.000002'),
  },
  'mango-health@1': {
    instruments: perpetuals,
    market: marketOf,
    homogeneous: 'claimed',
    subAdditive: 'claimed',
    relief: 'nothing',
    borders: noBorders,
    grid: exact,
  },
  'vega-ladder@1': {
    instruments: perpetuals,
    market: marketOf,
    homogeneous: { because: 'levels are rounded to cents', shownBy: [held(BTC, '0.001')] },
    subAdditive: {
      because: 'all levels but maintenance are rounded down',
      shownBy: [[held(BTC, '2')], [held(BTC, '2')]],
    },
    relief: 'nothing',
    borders: noBorders,
    grid: () => dec('0.02'),
  },
};

const statementOf = ({ id }: MarginModel): Statement => {
  const stated = STATED[id];
  if (stated === undefined) throw new Error(`${id}: states none of its properties; add it to STATED`);
  return stated;
};

function assess(
  model: MarginModel,
  positions: readonly PositionHolding[],
  orders: readonly OpenOrder[] = [],
): ModelResult {
  const portfolio: Portfolio = { collateral: [], positions, orders };
  const market = statementOf(model).market([...positions, ...orders].map(({ instrument }) => instrument));
  return model.assess(portfolio, market, model.readParameters(model.defaultParameters.document));
}

const required = (model: MarginModel, positions: readonly PositionHolding[]): readonly Decimal[] => {
  const { requirements } = assess(model, positions);
  return model.levels.map((level) => requirements[level] as Decimal);
};
const scaled = (positions: readonly PositionHolding[], factor: Decimal | number | string): PositionHolding[] =>
  positions.map((position) => ({ ...position, quantity: position.quantity.times(factor) }));
const slack = (...amounts: readonly Decimal[]): Decimal =>
  ROUNDING.times(amounts.reduce((all, amount) => all.plus(amount.abs()), dec('1')));

/** Books of at most so many positions of the given instruments. */
const booksOf = (instruments: readonly Instrument[], maxLength: number) =>
  fc
    .array(
      fc.record({
        instrument: fc.constantFrom(...instruments),
        lots: fc.integer({ min: -500, max: 500 }).filter((lots) => lots !== 0),
        sevenths: fc.integer({ min: 4, max: 12 }),
      }),
      { minLength: 1, maxLength },
    )
    .map((rows) =>
      rows.map(({ instrument, lots, sevenths }): PositionHolding => ({
        instrument,
        quantity: dec(lots).div(100),
        // Of 40 digits, so that a sum in another order would differ in the last.
        ...(instrument.kind === 'option'
          ? {}
          : { entryPrice: dec(SPOT[instrument.underlying]!).times(sevenths).div(7) }),
      })),
    );

const runs = { numRuns: 20 };

describe('properties of margin models', () => {
  it('are stated by every model of the registry, and by no other', () => {
    expect(Object.keys(STATED).sort()).toEqual(MARGIN_MODELS.map(({ id }) => id).sort());
  });
});

describe.each(MARGIN_MODELS.map((model) => [model.id, model] as const))('%s', (_id, model) => {
  const stated = statementOf(model);
  const books = (maxLength: number) => booksOf(stated.instruments, maxLength);

  it('never requires a negative amount, of any portfolio', () => {
    fc.assert(
      fc.property(books(5), (positions) => {
        for (const amount of required(model, positions)) expect(amount.isFinite() && amount.gte(0)).toBe(true);
      }),
      runs,
    );
  });

  it('never requires less of a larger single position', () => {
    fc.assert(
      fc.property(books(1), fc.integer({ min: 1, max: 100_000 }), (positions, permille) => {
        const small = required(model, positions);
        const large = required(model, scaled(positions, dec(permille).div(1000).plus(1)));
        for (const [level, amount] of large.entries()) {
          expect(amount.gte(small[level]!.minus(slack(amount)))).toBe(true);
        }
      }),
      runs,
    );
  });

  it('says the same to the last digit in whatever order positions and orders stand [CLR-MDL-002]', () => {
    const order = fc.record({
      instrument: fc.constantFrom(...stated.instruments),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 500 }).map((lots) => dec(lots).div(100)),
    });
    const turned = <T>(list: readonly T[], turn: number): T[] =>
      [...list.slice(turn), ...list.slice(0, turn)].reverse();
    fc.assert(
      fc.property(
        books(5),
        fc.array(order, { maxLength: 3 }),
        fc.integer({ min: 0, max: 4 }),
        (positions, orders, turn) => {
          const figures = ({ value, requirements }: ModelResult): string[] =>
            [value, ...model.levels.map((level) => requirements[level] as Decimal)].map(text);
          expect(figures(assess(model, turned(positions, turn), turned(orders, turn)))).toEqual(
            figures(assess(model, positions, orders)),
          );
        },
      ),
      runs,
    );
  });

  const { homogeneous } = stated;
  if (homogeneous === 'claimed') {
    it('requires n times as much of n times the portfolio, as it claims', () => {
      expect(model.claims).toContain('positively-homogeneous');
      fc.assert(
        fc.property(books(4), fc.integer({ min: 2, max: 9 }), (positions, factor) => {
          const once = required(model, positions);
          for (const [level, amount] of required(model, scaled(positions, factor)).entries()) {
            expect(amount.minus(once[level]!.times(factor)).abs().lte(slack(amount))).toBe(true);
          }
        }),
        runs,
      );
    });
  } else {
    it(`is not homogeneous and claims it not: ${homogeneous.because}`, () => {
      expect(model.claims ?? []).not.toContain('positively-homogeneous');
      const once = required(model, homogeneous.shownBy);
      const thrice = required(model, scaled(homogeneous.shownBy, 3));
      expect(thrice.some((amount, level) => amount.minus(once[level]!.times(3)).abs().gt(slack(amount)))).toBe(true);
    });
  }

  const { subAdditive } = stated;
  if (subAdditive === 'claimed') {
    it('requires no more of a portfolio than of its parts, as it claims', () => {
      expect(model.claims).toContain('sub-additive');
      fc.assert(
        fc.property(books(4), books(4), (first, second) => {
          const [one, other] = [required(model, first), required(model, second)];
          for (const [level, amount] of required(model, [...first, ...second]).entries()) {
            expect(amount.lte(one[level]!.plus(other[level]!).plus(slack(amount)))).toBe(true);
          }
        }),
        runs,
      );
    });
  } else {
    it(`may require more of a portfolio than of its parts and claims nothing else: ${subAdditive.because}`, () => {
      expect(model.claims ?? []).not.toContain('sub-additive');
      const [first, second] = subAdditive.shownBy;
      const [one, other] = [required(model, first), required(model, second)];
      const both = required(model, [...first, ...second]);
      expect(both.some((amount, level) => amount.gt(one[level]!.plus(other[level]!).plus(slack(amount))))).toBe(true);
    });
  }

  const { relief } = stated;
  if (relief !== 'one-underlying') {
    const apart = UNDERLYINGS.map((name) => stated.instruments.filter(({ underlying }) => underlying === name));
    const [first, second] = apart.map((instruments) => booksOf(instruments, 3));
    it(`takes off ${relief === 'nothing' ? 'nothing' : 'no more than its cap'} because of another underlying`, () => {
      fc.assert(
        fc.property(first!, second!, (one, other) => {
          const [a, b, both] = [one, other, [...one, ...other]].map((book) => assess(model, book));
          for (const level of model.levels) {
            const [x, y, together] = [a, b, both].map((result) => result!.requirements[level] as Decimal);
            const sum = x!.plus(y!);
            const cap = relief === 'nothing' ? ZERO : relief(level, a!, b!);
            const least = sum.minus(cap).minus(slack(sum));
            expect(together!.gte(least)).toBe(true);
            if (relief === 'nothing') expect(together!.lte(sum.plus(slack(sum)))).toBe(true);
          }
        }),
        runs,
      );
    });
  }

  /** A relative step so small that no rate makes it visible, but a jump would be. */
  const STEP = dec('1e-12');
  const jumpsAt = (positions: readonly PositionHolding[], levels: readonly string[]): string[] => {
    const at = assess(model, positions).requirements;
    const notional = positions.reduce(
      (all, { instrument, quantity }) => all.plus(quantity.abs().times(SPOT[instrument.underlying]!)),
      ZERO,
    );
    return levels.flatMap((level) =>
      [STEP, STEP.neg()].flatMap((step) => {
        const moved = assess(model, scaled(positions, step.plus(1))).requirements[level] as Decimal;
        const jump = moved.minus(at[level] as Decimal).abs();
        // No rule requires more than ten times the notional of one unit more.
        return jump.gt(notional.times(STEP).times(10).plus(stated.grid(notional))) ? [`${level}: ${text(jump)}`] : [];
      }),
    );
  };

  it('does not jump in size anywhere inside', () => {
    const everywhere = stated.borders.some(({ levels }) => levels !== undefined) ? ['maintenance'] : model.levels;
    fc.assert(
      fc.property(books(2), (positions) => {
        expect(jumpsAt(positions, everywhere)).toEqual([]);
      }),
      runs,
    );
  });

  if (stated.borders.length > 0) {
    it('does not jump at any border of its tiers, brackets or thresholds', () => {
      for (const { at, levels = model.levels } of stated.borders) expect(jumpsAt(at, levels)).toEqual([]);
    });
  }
});
