import { Decimal, dec, ZERO, type Decimal as Exact } from '@ballast/kernel';
import fc from 'fast-check';
import { assess } from '../assessment/assess.js';
import { levelsOf } from '../assessment/margin-state.js';
import { scheduleFigures, type ScheduleFigures } from '../assessment/schedule-figures.js';
import { MarginHouse, MINUTE, NOON } from '../margin.fixtures.js';
import type { MarginGlobalEvents } from '@ballast/facts';
import { DEFAULT_PARAMETERS } from '../parameters/default-parameters.js';
import { linearAssessor } from '../portfolio/portfolio-accounts.js';
import { AccountBook } from './account-book.js';
import { runMargin } from './margin-run.js';
import { nearestFloat } from './nearest-float.js';
import { screenSchedule } from './screen-schedule.js';
import { blankFigures, screenAccount, screenLevels } from './screen.js';

/** A schedule after a fall by 3 %, so that call, notice and trigger tables all differ. */
function stressed(): ScheduleFigures {
  const house = new MarginHouse();
  house.schedule({ at: NOON, BTC: '60000', ETH: '3000' });
  house.schedule({ at: NOON + MINUTE, BTC: '60000', ETH: '3000' });
  const event = house.schedule({
    at: NOON + 2 * MINUTE,
    BTC: '58200.07',
    ETH: '2999.3',
    fast: '0.0731',
    slow: '0.031',
  });
  return scheduleFigures(event.payload as MarginGlobalEvents['ScheduleInForce'], 3, DEFAULT_PARAMETERS);
}

const schedule = stressed();
const screened = screenSchedule(schedule);

/** Sixty digits: what the 40 of the kernel are held against. */
const Sixty = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN });

const cents = (limit: number) =>
  fc.bigInt({ min: -BigInt(limit) * 100n, max: BigInt(limit) * 100n }).map((n) => dec(n.toString()).div(100).toFixed());
const quantity = fc.oneof(
  fc.bigInt({ min: -20_000_000_000n, max: 20_000_000_000n }).map((n) => dec(n.toString()).div(1_000_000).toFixed()),
  fc.bigInt({ min: -2_000_000n, max: 2_000_000n }).map((n) => dec(n.toString()).div(1_000_000).toFixed()),
);
const anAccount = fc.record({
  USD: fc.oneof(cents(1_000_000_000), cents(10_000)),
  BTC: fc.bigInt({ min: 0n, max: 10_000_000_000n }).map((n) => dec(n.toString()).div('100000000').toFixed()),
  bitcoin: quantity,
  ether: quantity,
  bitcoinEntry: fc.integer({ min: 30_000, max: 90_000 }),
  etherEntry: fc.integer({ min: 1_000, max: 5_000 }),
  sibling: quantity,
});
type AnAccount = typeof anAccount extends fc.Arbitrary<infer T> ? T : never;

function bookOf({ USD, BTC, bitcoin, ether, bitcoinEntry, etherEntry, sibling }: AnAccount): AccountBook {
  const book = new AccountBook();
  for (const accountId of ['ann.main', 'ann.other']) book.open(accountId);
  const main = book.at('ann.main');
  book.setCollateral(main, { USD, BTC });
  book.setPosition(main, {
    instrument: 'BTC-PERP',
    quantity: bitcoin,
    cost: dec(bitcoin).times(bitcoinEntry).div(7).toFixed(),
  });
  book.setPosition(main, { instrument: 'ETH-PERP', quantity: ether, cost: dec(ether).times(etherEntry).toFixed() });
  book.setPosition(book.at('ann.other'), { instrument: 'BTC-PERP', quantity: sibling, cost: '0' });
  return book;
}

/** Equity, call and liquidation requirement by the formulas in 60 digits, without any rounding. */
function inSixtyDigits(book: AccountBook): {
  readonly equity: Exact;
  readonly call: Exact;
  readonly liquidation: Exact;
  /** Sum of the magnitudes of all that equity is made of, notionals instead of profits. */
  readonly magnitude: Exact;
} {
  const account = book.figuresOf(book.at('ann.main'));
  let equity = new Sixty(0);
  let call = new Sixty(0);
  let liquidation = new Sixty(0);
  let magnitude = new Sixty(0);
  for (const [asset, amount] of account.collateral) {
    const line = schedule.collateral.get(asset);
    if (!line) continue;
    const worth = new Sixty(amount).times(line.price).times(amount.isNegative() ? 1 : new Sixty(1).minus(line.haircut));
    equity = equity.plus(worth);
    magnitude = magnitude.plus(worth.abs());
  }
  for (const [underlying, { quantity: held, cost }] of account.positions) {
    const prices = schedule.underlyings.get(underlying);
    if (held.isZero() || !prices) continue;
    const side = held.isNegative() ? 'short' : 'long';
    const size = new Sixty(account.ownerQuantity(underlying, side)).times(prices.mark);
    const rate = (brackets: typeof prices.call): Exact => {
      const bracket = [...brackets].reverse().find(({ floor }) => size.gte(floor));
      if (bracket === undefined) throw new Error('no bracket');
      return new Sixty(bracket.rate).minus(new Sixty(bracket.deduction).div(size));
    };
    const notional = new Sixty(held.abs()).times(prices.mark);
    const noticed = Sixty.min(...prices.notice.map(rate));
    const trigger = prices.trigger[side];
    equity = equity.plus(new Sixty(held).times(prices.mark).minus(cost));
    magnitude = magnitude.plus(notional).plus(cost.abs());
    call = call.plus(notional.times(rate(prices.call)));
    liquidation = liquidation.plus(notional.times(trigger === null ? noticed : Sixty.max(noticed, rate(trigger))));
  }
  return { equity, call, liquidation, magnitude };
}

describe('float64 screen', () => {
  it('reads a schedule in which all three tables differ', () => {
    const bitcoin = schedule.underlyings.get('BTC');
    expect(bitcoin?.trigger.long).not.toBeNull();
    expect(bitcoin?.source.liquidationScalar.short).toBe('1');
    expect(dec(bitcoin?.source.scalarEffective ?? 0).gt(2)).toBe(true);
  });

  it('is off by no more than its bound, from 60 digits and from the rounded decimals', () => {
    fc.assert(
      fc.property(anAccount, (account) => {
        const book = bookOf(account);
        const slot = book.slotOf('ann.main') as number;
        const figures = blankFigures();
        screenAccount(book, screened, slot, figures);
        const exact = assess(book.figuresOf(book.at('ann.main')), schedule).figures;
        const sixty = inSixtyDigits(book);
        for (const name of ['equity', 'call', 'liquidation'] as const) {
          const float = new Sixty(figures[name]);
          expect(float.minus(exact[name]).abs().lte(figures.bound)).toBe(true);
          // Without the rounding of figures and rates the bound is that of float64 alone.
          expect(
            float
              .minus(sixty[name])
              .abs()
              .lte(sixty.magnitude.times(-1e-12).plus(figures.bound - 0.01 + 1e-12)),
          ).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never disagrees with the decimals outside its bound, and says so inside', () => {
    let certain = 0;
    fc.assert(
      fc.property(
        anAccount,
        fc.integer({ min: -400, max: 400 }),
        fc.constantFrom('1', '1.05', '1.25', '1.3125'),
        (account, offset, multiple) => {
          const probe = bookOf({ ...account, USD: '0' });
          const { figures } = assess(probe.figuresOf(probe.at('ann.main')), schedule);
          // Dollars that put equity within some cents of a level.
          const USD = figures.call
            .times(multiple)
            .minus(figures.equity)
            .plus(dec(offset).div(100))
            .toDecimalPlaces(2)
            .toFixed();
          const book = bookOf({ ...account, USD });
          const screen = blankFigures();
          screenAccount(book, screened, book.slotOf('ann.main') as number, screen);
          const levels = screenLevels(screen, screened);
          if (levels < 0) return;
          certain += 1;
          expect(levels).toBe(
            levelsOf(assess(book.figuresOf(book.at('ann.main')), schedule).figures, schedule.parameters),
          );
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
    const book = new AccountBook();
    book.open('ann.main');
    book.setCollateral(book.at('ann.main'), collateral);
    expect(runMargin(book, book.allSlots(), schedule, NOON, linearAssessor(book, schedule))).toMatchObject({
      decidedExactly: 0,
      outcomes: [],
    });
  });

  it('leaves a debt of one cent to the decimals, which restrict: without a position there is nothing to call or close out', () => {
    const book = new AccountBook();
    book.open('ann.main');
    book.setCollateral(book.at('ann.main'), { USD: '-0.01' });
    const run = runMargin(book, book.allSlots(), schedule, NOON, linearAssessor(book, schedule));
    expect(run.decidedExactly).toBe(1);
    expect(run.outcomes.map(({ decision }) => decision)).toEqual([{ state: 3, call: 'none', liquidate: false }]);
  });

  it('makes the same float of a decimal with any number of digits', () => {
    expect(nearestFloat(dec('0.1000000000000000055511151231257827021181583404541015625'))).toBe(0.1);
    expect(nearestFloat(dec('123456789012.5'))).toBe(123456789012.5);
    expect(nearestFloat(ZERO)).toBe(0);
  });
});

describe('owner sums', () => {
  it('set the rate by all accounts of an owner on one side, and never net opposite ones', () => {
    const rateOf = (sibling: string): string => {
      const book = bookOf({
        USD: '0',
        BTC: '0',
        bitcoin: '100',
        ether: '0',
        bitcoinEntry: 60_000,
        etherEntry: 0,
        sibling,
      });
      return assess(book.figuresOf(book.at('ann.main')), schedule).positions[0]?.callRate.toFixed() ?? '';
    };
    expect(dec(rateOf('1000')).gt(rateOf('0'))).toBe(true);
    expect(rateOf('-1000')).toBe(rateOf('0'));
  });
});
