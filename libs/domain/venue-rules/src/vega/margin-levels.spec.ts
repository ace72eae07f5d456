import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { type AuctionOrders, type LadderExposure, maintenanceParts, marginLevels } from './margin-levels.js';

interface Given {
  readonly position?: string;
  readonly buys?: string;
  readonly sells?: string;
  readonly mark?: string;
  readonly linear?: string;
  readonly quadratic?: string;
  readonly funding?: string;
  readonly long?: string;
  readonly short?: string;
  readonly auction?: readonly [buySum: string, sellSum: string, price: string];
}

function exposure(given: Given): LadderExposure {
  const auction: AuctionOrders | undefined = given.auction && {
    buySumProduct: dec(given.auction[0]),
    sellSumProduct: dec(given.auction[1]),
    auctionPrice: dec(given.auction[2]),
  };
  return {
    position: dec(given.position ?? '0'),
    buyOrders: dec(given.buys ?? '0'),
    sellOrders: dec(given.sells ?? '0'),
    markPrice: dec(given.mark ?? '100'),
    fundingPerUnit: dec(given.funding ?? '0'),
    slippage: { linear: dec(given.linear ?? '0'), quadratic: dec(given.quadratic ?? '0') },
    riskFactors: { long: dec(given.long ?? '0.1'), short: dec(given.short ?? '0.2') },
    ...(auction === undefined ? {} : { auction }),
  };
}

const scaling = { search: dec('1.1'), initial: dec('1.2'), release: dec('1.4') };
const maintenance = (given: Given): string => text(marginLevels(exposure(given), scaling).maintenance);

describe('maintenance is that of the riskier side, rounded up [CLR-MDL-142]', () => {
  it.each<[string, Given, string]>([
    ['nothing held, nothing ordered', {}, '0'],
    ['a long position: 3 * .1 * 100', { position: '3' }, '30'],
    ['a short position: 3 * .2 * 100', { position: '-3' }, '60'],
    ['linear slippage: 100 * .01 * 3 on top', { position: '3', linear: '0.01' }, '33'],
    ['quadratic slippage: 100 * .01 * 9 on top', { position: '3', quadratic: '0.01' }, '39'],
    ['slippage of a short too', { position: '-3', linear: '0.01', quadratic: '0.01' }, '72'],
    ['a fraction of a unit is a unit: 1 * .1 * 100.1', { position: '1', mark: '100.1' }, '11'],
    ['orders to buy alone: 5 * .1 * 100, no slippage', { buys: '5', linear: '1' }, '50'],
    ['orders to sell alone: 5 * .2 * 100', { sells: '5', linear: '1' }, '100'],
    ['long with orders to buy: (3 + 5) * 10', { position: '3', buys: '5' }, '80'],
    ['the short side is the riskier: sells 8 * 20 over 3 * 10', { position: '3', sells: '8' }, '160'],
    ['sells that do not exceed the position make no short side', { position: '3', sells: '3' }, '30'],
    ['one more and they do, all of them: 4 * 20', { position: '3', sells: '4' }, '80'],
    ['buys that close a short and more: max(8 * 10, 3 * 20)', { position: '-3', buys: '8' }, '80'],
    ['buys that only close a short', { position: '-3', buys: '3' }, '60'],
    ['funding that a long pays', { position: '3', funding: '2' }, '36'],
    ['funding that a long receives is not credited', { position: '3', funding: '-2' }, '30'],
    ['funding that a short pays', { position: '-3', funding: '-2' }, '66'],
    ['funding without a position is nothing', { buys: '5', funding: '2' }, '50'],
    ['funding counts on the other side as well: 8 * 20 + 3 * 2', { position: '3', sells: '8', funding: '2' }, '166'],
    ['auction: own prices of the orders, .1 * 700', { buys: '5', auction: ['700', '0', '0'] }, '70'],
    ['auction: the uncrossing price where higher, .1 * 5 * 150', { buys: '5', auction: ['700', '0', '150'] }, '75'],
    ['auction: the position at mark', { position: '3', buys: '5', auction: ['700', '0', '0'] }, '100'],
    ['auction without a mark', { sells: '5', mark: '0', auction: ['0', '600', '0'] }, '120'],
  ])('%s', (_why, given, expected) => {
    expect(maintenance(given)).toBe(expected);
  });

  it('names the parts and the side', () => {
    const parts = maintenanceParts(exposure({ position: '3', buys: '5', linear: '0.01', funding: '2' }));
    expect(parts.side).toBe('long');
    const { slippage, positionRisk, orderRisk, funding, total } = parts;
    expect([slippage, positionRisk, orderRisk, funding, total].map(text)).toEqual(['3', '30', '50', '6', '89']);
  });
});

describe('the other levels scale the rounded maintenance and are rounded down [CLR-MDL-143]', () => {
  it('381 at 1.2, 1.4 and 1.4 is 457, 533 and 533', () => {
    const given = exposure({ position: '10', buys: '4', mark: '144', linear: '0.01', quadratic: '0.01', long: '0.11' });
    const levels = marginLevels(given, { search: dec('1.2'), initial: dec('1.4'), release: dec('1.4') });
    expect([levels.maintenance, levels.search, levels.initial, levels.release].map(text)).toEqual([
      '381',
      '457',
      '533',
      '533',
    ]);
  });

  const size = fc.integer({ min: 0, max: 1_000_000 });
  const position = fc.integer({ min: -1_000_000, max: 1_000_000 });
  const given = fc.record({ position, buys: size, sells: size, mark: size, funding: fc.integer({ min: -9, max: 9 }) });
  const asTexts = (figures: Record<string, number>): Given => ({
    ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, `${figure}`])),
    linear: '0.013',
    quadratic: '0.0007',
  });

  it('levels are whole, not negative and in order', () => {
    fc.assert(
      fc.property(given, (figures) => {
        const levels = marginLevels(exposure(asTexts(figures)), scaling);
        const { maintenance: m, search, initial, release } = levels;
        expect([m, search, initial, release].every((level) => level.isInteger() && level.gte(0))).toBe(true);
        expect(m.lte(search) && search.lte(initial) && initial.lte(release)).toBe(true);
      }),
    );
  });

  it('a larger position on the same side or more orders never need less', () => {
    fc.assert(
      fc.property(given, size, (figures, more) => {
        const least = marginLevels(exposure(asTexts(figures)), scaling).maintenance;
        const further = figures.position < 0 ? figures.position - more : figures.position + more;
        const grown = [
          { ...figures, buys: figures.buys + more },
          { ...figures, sells: figures.sells + more },
          { ...figures, position: further, buys: 0, sells: 0 },
        ];
        const alone = marginLevels(exposure(asTexts({ ...figures, buys: 0, sells: 0 })), scaling).maintenance;
        const levels = grown.map((larger) => marginLevels(exposure(asTexts(larger)), scaling).maintenance);
        expect(levels[0]!.gte(least)).toBe(true);
        expect(levels[1]!.gte(least)).toBe(true);
        expect(levels[2]!.gte(alone)).toBe(true);
      }),
    );
  });
});

describe('figures that no account can have are refused', () => {
  it.each<[string, Given]>([
    ['position', { position: 'NaN' }],
    ['position', { position: 'Infinity' }],
    ['buyOrders', { buys: '-1' }],
    ['sellOrders', { sells: '-1' }],
    ['markPrice', { mark: '-1' }],
    ['markPrice', { mark: 'NaN' }],
    ['linearSlippage', { linear: '-0.1' }],
    ['fundingPerUnit', { funding: 'NaN' }],
    ['long', { long: 'NaN' }],
    ['auctionPrice', { auction: ['0', '0', '-1'] }],
  ])('%s: %j', (field, given) => {
    expect(() => marginLevels(exposure(given), scaling)).toThrow(
      expect.objectContaining({ code: 'ladder-figure-out-of-range', field }),
    );
  });

  it.each([
    ['0.9', '1.2', '1.4'],
    ['1.3', '1.2', '1.4'],
    ['1.1', '1.5', '1.4'],
    ['1.1', '1.2', 'Infinity'],
    ['NaN', '1.2', '1.4'],
  ])('scaling %s, %s, %s is not in order', (search, initial, release) => {
    const scaled = { search: dec(search), initial: dec(initial), release: dec(release) };
    expect(() => marginLevels(exposure({}), scaled)).toThrow(expect.objectContaining({ code: 'scaling-unordered' }));
  });
});
