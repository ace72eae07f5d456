import { text, type Decimal, dec, maxOf, minOf, sum, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import { AccountBook } from '../assess/account-book.js';
import { Assessor } from '../assess/assessor.js';
import { levelsOf } from '../call/margin-state.js';
import { MarginHouse, MINUTE, NOON } from '../margin.fixtures.js';
import { runMargin } from './margin-run.js';
import { blankFigures, screenLevels, screenRow, type ScreenFigures } from './row-screen.js';

/** How accounts are assessed after a fall by 3 %, so that call, notice and trigger tables all differ. */
function stressed(): Assessor {
  const house = new MarginHouse();
  house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  house.prices({ at: NOON + MINUTE, BTC: '60000', ETH: '3000' });
  house.prices({ at: NOON + 2 * MINUTE, BTC: '58200.07', ETH: '2999.3', fast: '0.0731', slow: '0.031' });
  return house.assessor();
}

const { market, rules } = stressed();
const { schedule } = market;

/** A book whose rows have places for the linear perpetuals, and how it is assessed. */
function opened(...accountIds: readonly string[]): { readonly book: AccountBook; readonly assessor: Assessor } {
  const book = new AccountBook();
  for (const underlying of ['BTC', 'ETH']) book.giveRow(`${underlying}-PERP`, underlying);
  for (const accountId of accountIds) book.open(accountId);
  return { book, assessor: new Assessor(market, rules, book) };
}

/** Sixty digits: what the 40 of the kernel are held against. */
const sixty = (value: Decimal | string | number): Decimal => dec(value).inDigits(60);

const cents = (limit: number) =>
  fc.bigInt({ min: -BigInt(limit) * 100n, max: BigInt(limit) * 100n }).map((n) => dec(n.toString()).div(100).toFixed());
const quantity = fc.oneof(
  fc.bigInt({ min: -20_000_000_000n, max: 20_000_000_000n }).map((n) => dec(n.toString()).div(1_000_000).toFixed()),
  fc.bigInt({ min: -2_000_000n, max: 2_000_000n }).map((n) => dec(n.toString()).div(1_000_000).toFixed()),
);
const anAccount = fc.record({
  USD: fc.oneof(cents(1_000_000_000), cents(10_000)),
  BTC: fc.bigInt({ min: 0n, max: 10_000_000_000n }).map((n) => dec(n.toString()).div('100000000').toFixed()),
  /** Of a cleared withdrawal. */
  held: fc.constantFrom('0', '0.25', '3'),
  bitcoin: quantity,
  ether: quantity,
  bitcoinEntry: fc.integer({ min: 30_000, max: 90_000 }),
  etherEntry: fc.integer({ min: 1_000, max: 5_000 }),
  sibling: quantity,
});
type AnAccount = typeof anAccount extends fc.Arbitrary<infer T> ? T : never;

/** Rates of both underlyings are rounded up by nearly 1e-12, and the initial requirement multiplies that. */
const RATES_ROUNDED_FAR: AnAccount = {
  USD: '0',
  BTC: '40.77037673',
  held: '3',
  bitcoin: '-13603.322343',
  ether: '10193.140305',
  bitcoinEntry: 30_000,
  etherEntry: 1_000,
  sibling: '0',
};

type Opened = ReturnType<typeof opened>;

function bookOf({ USD, BTC, bitcoin, ether, bitcoinEntry, etherEntry, sibling, held }: AnAccount): Opened {
  const made = opened('ann.main', 'ann.other');
  const { book } = made;
  const main = book.at('ann.main');
  book.setCollateral(main, { USD, BTC });
  book.setHold(main, 'w1', { asset: 'BTC', amount: dec(held), cleared: true });
  book.setPosition(main, {
    instrument: 'BTC-PERP',
    quantity: bitcoin,
    cost: dec(bitcoin).times(bitcoinEntry).div(7).toFixed(),
  });
  book.setPosition(main, { instrument: 'ETH-PERP', quantity: ether, cost: dec(ether).times(etherEntry).toFixed() });
  book.setPosition(book.at('ann.other'), { instrument: 'BTC-PERP', quantity: sibling, cost: '0' });
  return made;
}

const exactly = ({ book, assessor }: Opened) => assessor.assess(book.at('ann.main')).figures;

/** Null where only decimals can tell. */
function screened({ book, assessor }: Opened): ScreenFigures | null {
  const figures = blankFigures();
  const slot = book.slotOf('ann.main') as number;
  return screenRow(book, assessor.rowsFor(book.layout), slot, figures) ? figures : null;
}

/** Figures of an account with dollars and perpetuals by the formulas in 60 digits, without any rounding. */
function inSixtyDigits({ book }: Opened): {
  readonly equity: Decimal;
  readonly initial: Decimal;
  readonly call: Decimal;
  readonly liquidation: Decimal;
  /** Sum of the magnitudes of all that equity is made of, notionals instead of profits. */
  readonly magnitude: Decimal;
} {
  const account = book.at('ann.main');
  let equity = sixty(account.collateral.get('USD') ?? 0);
  let maintenance = sixty(0);
  let liquidation = sixty(0);
  let magnitude = equity.abs();
  for (const [instrument, { quantity: held, cost }] of account.holdings) {
    const prices = schedule.underlyings.get(instrument.slice(0, 3));
    if (held.isZero() || !prices) continue;
    const side = held.isNegative() ? 'short' : 'long';
    const onSide = ['ann.main', 'ann.other']
      .map((id) => book.at(id).holdings.get(instrument)?.quantity ?? ZERO)
      .filter((quantity) => quantity.isNegative() === held.isNegative());
    const size = sixty(sum(onSide).abs()).times(prices.mark);
    const rate = ({ brackets }: typeof prices.rates.maintenance): Decimal => {
      const bracket = [...brackets].reverse().find(({ floor }) => size.gte(floor));
      if (bracket === undefined) throw new Error('no bracket');
      return sixty(bracket.rate).minus(sixty(bracket.deduction).div(size));
    };
    const notional = sixty(held.abs()).times(prices.mark);
    const noticed = minOf(...(prices.rates.notice.map(rate) as [Decimal, ...Decimal[]]));
    const trigger = prices.rates.trigger[side];
    equity = equity.plus(sixty(held).times(prices.mark).minus(cost));
    magnitude = magnitude.plus(notional).plus(cost.abs());
    const inForce = rate(prices.rates.maintenance);
    maintenance = maintenance.plus(notional.times(inForce));
    const triggered = trigger === null ? noticed : maxOf(noticed, rate(trigger));
    liquidation = liquidation.plus(notional.times(minOf(triggered, inForce)));
  }
  return { equity, initial: maintenance.times('2.5'), call: maintenance.times(2), liquidation, magnitude };
}

describe('float64 screen', () => {
  it('reads a schedule in which all three tables differ', () => {
    const bitcoin = schedule.underlyings.get('BTC');
    expect(bitcoin?.rates.trigger.long).not.toBeNull();
    expect(bitcoin?.source.liquidationScalar.short).toBe('1');
    expect(dec(bitcoin?.source.scalarEffective ?? 0).gt(2)).toBe(true);
  });

  const FIGURES = ['equity', 'initial', 'call', 'liquidation'] as const;

  it('is off by no more than its bound from the rounded decimals, coins beside positions included [CLR-MRG-042]', () => {
    let compared = 0;
    fc.assert(
      fc.property(anAccount, (account) => {
        const made = bookOf(account);
        const figures = screened(made);
        if (figures === null) return;
        compared += 1;
        const exact = exactly(made);
        for (const name of FIGURES) {
          expect(sixty(figures[name]).minus(exact[name]).abs().lte(figures.bound)).toBe(true);
        }
      }),
      { numRuns: 400, examples: [[RATES_ROUNDED_FAR]] },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it('is off from 60 digits by no more than the part of its bound that is neither cents nor rounded rates', () => {
    fc.assert(
      fc.property(anAccount, (account) => {
        const made = bookOf({ ...account, BTC: '0', held: '0' });
        const figures = screened(made);
        const exact = inSixtyDigits(made);
        for (const name of FIGURES) {
          const bound = exact.magnitude.times(-3e-12).plus((figures?.bound ?? 0) - 0.03 + 1e-12);
          expect(
            sixty(figures?.[name] ?? NaN)
              .minus(exact[name])
              .abs()
              .lte(bound),
          ).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never disagrees with the decimals outside its bound, and says so inside [CLR-MRG-042]', () => {
    let certain = 0;
    fc.assert(
      fc.property(
        anAccount,
        fc.integer({ min: -400, max: 400 }),
        fc.constantFrom('initial', 'call', 'liquidation'),
        fc.constantFrom('1', '1.05'),
        (account, offset, level, multiple) => {
          const figures = exactly(bookOf({ ...account, USD: '0' }));
          // Dollars that put equity within some cents of a level.
          const USD = figures[level]
            .times(multiple)
            .minus(figures.equity)
            .plus(dec(offset).div(100))
            .toDecimalPlaces(2)
            .toFixed();
          const made = bookOf({ ...account, USD });
          const screen = screened(made);
          const levels = screen === null ? -1 : screenLevels(screen, made.assessor.rowsFor(made.book.layout));
          if (levels < 0) return;
          certain += 1;
          expect(levels).toBe(levelsOf(exactly(made), schedule.parameters));
        },
      ),
      { numRuns: 400 },
    );
    expect(certain).toBeGreaterThan(100);
  });

  it.each([
    ['an account without anything', {}],
    ['an account with a single cent', { USD: '0.01' }],
  ])('knows for certain that %s owes nothing', (_name, collateral) => {
    const { book, assessor } = opened('ann.main');
    book.setCollateral(book.at('ann.main'), collateral);
    expect(runMargin(book, book.allSlots(), assessor, NOON)).toMatchObject({ decidedExactly: 0, outcomes: [] });
  });

  it('leaves a debt of one cent to the decimals, which liquidate: without a position nothing is called, and somebody has to pay it', () => {
    const { book, assessor } = opened('ann.main');
    book.setCollateral(book.at('ann.main'), { USD: '-0.01' });
    const run = runMargin(book, book.allSlots(), assessor, NOON);
    expect(run.decidedExactly).toBe(1);
    expect(run.outcomes.map(({ decision }) => decision)).toEqual([{ state: 4, call: 'none', liquidate: true }]);
  });

  it('judges a debt that a coin secures as the decimals do, at any depth and to the cent [CLR-MRG-067]', () => {
    const { book, assessor } = opened('ann.main');
    const states = new Set<number>();
    const exact = (USD: string) => {
      book.setCollateral(book.at('ann.main'), { BTC: '1', USD });
      return assessor.assess(book.at('ann.main')).figures;
    };
    const { equity, liquidation } = exact('-50000');
    const rows = assessor.rowsFor(book.layout);
    const edge = equity.minus(liquidation).plus(50_000);
    const debts = [
      ...Array.from({ length: 120 }, (_, each) => text(dec(-50_000 - 100 * each))),
      ...['-0.01', '0', '0.01'].map((cent) => text(edge.neg().plus(cent))),
    ];
    for (const USD of debts) {
      const levels = levelsOf(exact(USD), schedule.parameters);
      const figures = blankFigures();
      const certain = screenRow(book, rows, book.slotOf('ann.main') as number, figures)
        ? screenLevels(figures, rows)
        : -1;
      if (certain !== -1) expect(certain).toBe(levels);
      states.add(levels);
    }
    expect(states.size).toBeGreaterThanOrEqual(5);
    expect(levelsOf(exact(text(edge.neg())), schedule.parameters) & 1).toBe(0);
    expect(levelsOf(exact(text(edge.neg().minus('0.01'))), schedule.parameters) & 1).toBe(1);
  });

  it('leaves to the decimals a coin beside a short that together may be required nothing', () => {
    const made = opened('ann.main');
    made.book.setCollateral(made.book.at('ann.main'), { BTC: '0.000001' });
    made.book.setPosition(made.book.at('ann.main'), { instrument: 'BTC-PERP', quantity: '-0.000001', cost: '-0.06' });
    expect(screened(made)).toBeNull();
  });
});

describe('owner sums [CLR-MRG-030]', () => {
  it('set the rate by all accounts of an owner on one side, and never net opposite ones', () => {
    const rateOf = (sibling: string): string => {
      const { book, assessor } = bookOf({
        USD: '0',
        BTC: '0',
        held: '0',
        bitcoin: '100',
        ether: '0',
        bitcoinEntry: 60_000,
        etherEntry: 0,
        sibling,
      });
      return assessor.assess(book.at('ann.main')).detail().positions[0]?.maintenanceRate.toFixed() ?? '';
    };
    expect(dec(rateOf('1000')).gt(rateOf('0'))).toBe(true);
    expect(rateOf('-1000')).toBe(rateOf('0'));
  });
});
