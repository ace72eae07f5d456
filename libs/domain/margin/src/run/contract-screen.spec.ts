import { dec, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { levelsOf } from '../call/margin-state.js';
import { MINUTE, NOON, offering, payloadsOf } from '../margin.fixtures.js';
import { listing, OptionHouse, type ContractPricesAt } from '../assess/option-house.fixtures.js';
import { ContractScreen } from './contract-screen.js';
import { blankFigures, screenLevels, takeScreened } from './row-screen.js';

const CALL = 'BTC-7NOV25-60000-C';
const COIN_PUT = 'BTC-26DEC25-55000-P-INVERSE';
const CONTRACTS = [
  listing(CALL),
  listing('BTC-7NOV25-60000-P', { cashStyle: 'variation-margin' }),
  listing('BTC-26DEC25-65000-C', { contractSize: '0.1' }),
  listing(COIN_PUT, { settlementAsset: 'BTC', quoteAsset: 'BTC', cashStyle: 'premium' }),
  listing('BTC-7NOV25'),
  listing('BTC-7NOV25-INVERSE', { settlementAsset: 'BTC', contractSize: '100', lot: '1' }),
];
const HELD = [...CONTRACTS.map(({ id }) => id), 'BTC-PERP', 'ETH-PERP'];

const at = (minutes: number, more: Partial<ContractPricesAt> = {}): ContractPricesAt => ({
  at: NOON + minutes * MINUTE,
  BTC: '60000',
  ETH: '3000',
  volatility: 0.6,
  ...more,
});

/** A fall by 3 %, so that a trigger widens the ranges of longs and tables differ. */
function stressed(): OptionHouse {
  const house = new OptionHouse(offering({ model: 'scenario@1' }));
  house.list(...CONTRACTS);
  house.reprice(at(0));
  house.reprice(at(1));
  return house;
}
const FALLEN = at(2, { BTC: '58200.07', ETH: '2999.3', fast: '0.0731', slow: '0.031', volatility: 0.75 });

const amount = (limit: number, places: number) =>
  fc.integer({ min: -limit, max: limit }).map((steps) => dec(steps).div(dec(10).pow(places)).toFixed());
const quantity = fc.oneof(amount(5_000, 2), amount(200_000, 2));
const position = fc.record({
  instrument: fc.constantFrom(...HELD),
  quantity,
  entry: fc.integer({ min: 1, max: 90_000 }),
});
const account = fc.record({
  USD: amount(2_000_000_000, 2),
  BTC: fc.oneof(fc.constant('0'), amount(500_000_000, 8)),
  positions: fc.array(position, { minLength: 1, maxLength: 5 }),
});
type AnAccount = typeof account extends fc.Arbitrary<infer T> ? T : never;

/** Cost of a position entered at a price, in what it is settled in. */
function costOf(instrument: string, held: string, entry: number): string {
  if (instrument.endsWith('INVERSE'))
    return dec(held)
      .times(instrument === COIN_PUT ? '0.05' : '-0.0016')
      .toFixed();
  return dec(held).times(entry).div(7).toFixed();
}

function open(house: OptionHouse, accountId: string, { USD, BTC, positions }: AnAccount): void {
  house.accept(house.opened(accountId));
  for (const { instrument, quantity: held, entry } of positions) {
    const cost = costOf(instrument, held, entry);
    house.accept(house.changed(accountId, { USD, BTC, position: { instrument, quantity: held, cost } }));
  }
}

/** What the screen says of ann.main. */
function screenedBy(house: OptionHouse) {
  const { book } = house.machine.state;
  const assessor = house.assessor();
  const screen = new ContractScreen(book, assessor.market, assessor.rowsFor(book.layout));
  return screen.figuresOf(book.slotOf('ann.main') as number);
}

const distance = (float: number, exact: Decimal): number => dec(float).minus(exact).abs().toNumber();

describe('the float64 screen of portfolio accounts [CLR-ADP-008]', () => {
  it('is within its bound of the decimals and never disagrees with them about a level', () => {
    let screenedAccounts = 0;
    let certain = 0;
    fc.assert(
      fc.property(
        account,
        fc.option(account),
        fc.constantFrom('initial', 'call', 'liquidation'),
        fc.constantFrom('1', '1.05'),
        fc.integer({ min: -400, max: 400 }),
        (ann, sibling, level, multiple, cents) => {
          const house = stressed();
          open(house, 'ann.main', ann);
          if (sibling !== null) open(house, 'ann.other', sibling);
          house.reprice(FALLEN);
          const { figures: before } = house.assessed('ann.main');
          // Dollars that put equity some cents beside a level.
          const away = before[level].times(multiple).minus(before.equity).plus(dec(cents).div(100));
          const USD = dec(ann.USD).plus(away).toDecimalPlaces(2).toFixed();
          house.accept(house.changed('ann.main', { USD, BTC: ann.BTC }));

          const screened = screenedBy(house);
          if (screened === null) return;
          screenedAccounts += 1;
          const { figures: exact } = house.assessed('ann.main');
          expect(distance(screened.value.figure, exact.equity)).toBeLessThanOrEqual(screened.value.bound);
          for (const level of ['initial', 'maintenance', 'liquidation'] as const) {
            expect(distance(screened[level].figure, exact[level])).toBeLessThanOrEqual(screened[level].bound);
          }
          const figures = blankFigures();
          const assessor = house.assessor();
          const rows = assessor.rowsFor(house.machine.state.book.layout);
          takeScreened(screened, rows, figures);
          expect(distance(figures.call, exact.call)).toBeLessThanOrEqual(figures.bound);
          const levels = screenLevels(figures, rows);
          if (levels < 0) return;
          certain += 1;
          expect(levels).toBe(levelsOf(exact, assessor.market.schedule.parameters));
        },
      ),
      { numRuns: 60 },
    );
    expect(screenedAccounts).toBeGreaterThan(25);
    expect(certain).toBeGreaterThan(25);
  });

  const rich: AnAccount = {
    USD: '5000000',
    BTC: '0',
    positions: [{ instrument: CALL, quantity: '-2', entry: 0 }],
  };
  const lastRun = (house: OptionHouse) => payloadsOf(house.events, 'MarginRunCompleted').at(-1);

  it('decides a quiet portfolio without decimals, and says which model did', () => {
    const house = stressed();
    open(house, 'ann.main', rich);
    house.reprice(FALLEN);
    expect(lastRun(house)).toMatchObject({
      assessed: 1,
      decidedExactly: 0,
      models: { 'adaptive-portfolio@1': 1 },
    });
  });

  it.each([
    ['an owner who chose another model', (house: OptionHouse) => house.modelChosen('ann.main', 'scenario@1')],
    ['a contract that waits for its delivery', (house: OptionHouse) => house.unlist(CALL)],
  ])('leaves to decimals %s', (_why, change) => {
    const house = stressed();
    open(house, 'ann.main', rich);
    const fact = change(house);
    if (fact !== undefined) house.accept(fact);
    house.reprice(FALLEN);
    expect(lastRun(house)).toMatchObject({ assessed: 1, decidedExactly: 1 });
  });

  it('leaves to decimals who is near a level, and who holds nothing more to the rows', () => {
    const house = stressed();
    open(house, 'ann.main', rich);
    house.reprice(FALLEN);
    const { equity, initial } = house.assessed('ann.main').figures;
    // Exactly at the warning level.
    const USD = text(dec('5000000').minus(equity).plus(initial).toDecimalPlaces(2));
    house.accept(house.changed('ann.main', { USD }));
    expect(lastRun(house)).toMatchObject({ kind: 'touched', assessed: 1, decidedExactly: 1 });
    house.accept(house.changed('ann.main', { USD, position: { instrument: CALL, quantity: '0', cost: '0' } }));
    house.accept(house.modelChosen('ann.main', 'adaptive-portfolio@1'));
    house.reprice({ ...FALLEN, at: FALLEN.at + MINUTE });
    expect(screenedBy(house)).toBeNull();
    expect(lastRun(house)).toMatchObject({ assessed: 1, decidedExactly: 0 });
  });

  it('measures size over all accounts of an owner: another account makes the same position dearer', () => {
    const maintenanceOf = (sibling: string): number => {
      const house = stressed();
      open(house, 'ann.main', rich);
      open(house, 'ann.other', { ...rich, positions: [{ instrument: CALL, quantity: sibling, entry: 0 }] });
      house.reprice(FALLEN);
      return screenedBy(house)?.maintenance.figure ?? NaN;
    };
    expect(maintenanceOf('-4000')).toBeGreaterThan(maintenanceOf('-4'));
    expect(maintenanceOf('4000')).toBe(maintenanceOf('4'));
  });
});
