import { describe, expect, it } from '@jest/globals';
import { dec, type Decimal, text } from '@ballast/kernel';
import type { ModelResult, PositionHolding } from '@ballast/margin-models';
import { readScenarioParameters } from './scenario-parameters.js';
import { scenariosOf, termTilt } from './scenario-scan.js';
import { SCENARIO_DOCUMENT } from './scenario.document.js';
import { future, held, marketOf, option, perpetual, portfolioOf } from './scenario.fixtures.js';
import { scenarioScan } from './scenario.model.js';
import { termScale } from './volatility-shock.js';

const NOTHING = { initial: '0', maintenance: '0' };
/** Price moves alone: each test adds the one rule it is about. */
const PLAIN = {
  grid: { priceMoves: ['-0.1', '0', '0.1'], volatilities: ['none'] },
  volShock: SCENARIO_DOCUMENT.volShock,
  statics: { contract: NOTHING, nakedShort: NOTHING },
  shortOptionMinimum: '0',
  confidence: { threshold: '0', factor: '0' },
  factors: { initial: '1', maintenance: '1' },
  collateral: {},
};

function assess(positions: readonly PositionHolding[], change: object = {}): ModelResult {
  const market = marketOf(positions.map(({ instrument }) => instrument));
  return scenarioScan.assess(portfolioOf(positions), market, readScenarioParameters({ ...PLAIN, ...change }));
}
const required = (positions: readonly PositionHolding[], change: object = {}): string =>
  text(assess(positions, change).requirements.maintenance!);

const [btc, eth] = [perpetual('BTC'), perpetual('ETH')];

describe('the configurable scan [CLR-MDL-011, CLR-MDL-012]', () => {
  it('asks for the worst price move', () => {
    expect(required([held(btc, '2')])).toBe('12000');
    expect(assess([held(btc, '2')]).worstScenario).toBe('BTC:-0.1:none');
    expect(assess([held(btc, '-2')]).worstScenario).toBe('BTC:+0.1:none');
  });

  it('counts a tail in part, and relieves it by the dampener', () => {
    const tails = [{ priceMove: '-0.5', volatility: 'none', weight: '0.4' }];
    expect(required([held(btc, '1')], { tails })).toBe('12000'); // 60,000 x 50 % x 0.4
    // (0.5 / 0.1 - 1) x 1,000 = 4,000 off.
    expect(required([held(btc, '1')], { tails, tailDampener: '1000' })).toBe('8000');
    expect(required([held(btc, '1')], { tails, tailDampener: '9000' })).toBe('6000'); // the grid is left
  });

  it.each`
    offset   | expected  | why
    ${'1'}   | ${'0'}    | ${'a future hedges the perpetual whole'}
    ${'0.8'} | ${'1200'} | ${'6,000 lost, 80 % of 6,000 gained'}
    ${'0'}   | ${'6000'} | ${'no gain counts'}
  `('offsets expiries by $offset: $expected, $why', ({ offset, expected }: Record<string, string>) => {
    expect(required([held(btc, '1'), held(future('BTC', 30), '-1')], { expiryOffset: offset })).toBe(expected);
  });

  it('adds the basis of dated contracts, or lets it compete', () => {
    const basis = { up: '1.05', down: '0.95', addFactor: '0.5', multFactor: '0', mode: 'added' };
    const spread = [held(btc, '1'), held(future('BTC', 30), '-1')];
    expect(required(spread, { basis })).toBe('1500'); // 60,000 x 5 % x 0.5
    expect(required([held(future('BTC', 30), '-1')], { basis })).toBe('7500');
    expect(required([held(future('BTC', 30), '-1')], { basis: { ...basis, mode: 'competing' } })).toBe('6000');
  });

  it.each`
    offsets                                                             | expected   | why
    ${undefined}                                                        | ${'12000'} | ${'6,000 each'}
    ${[{ underlyings: ['BTC', 'ETH'], share: '0.5' }]}                  | ${'6000'}  | ${'common moves lose nothing, half of 12,000 is credited'}
    ${[{ underlyings: ['BTC', 'ETH'], share: '0.5', maximum: '1000' }]} | ${'11000'} | ${'at most 1,000'}
    ${[{ underlyings: ['BTC', 'SOL'], share: '0.5' }]}                  | ${'12000'} | ${'another group'}
  `('offsets BTC against ETH: $expected, $why', ({ offsets, expected }: Record<string, unknown>) => {
    const hedged = [held(btc, '1'), held(eth, '-20')];
    expect(required(hedged, offsets === undefined ? {} : { offsets })).toBe(expected);
  });

  it('asks at least the minimum of sold options', () => {
    const far = held(option('BTC', 7, '300000', 'call'), '-2');
    expect(required([far], { shortOptionMinimum: '0.01' })).toBe('1200');
  });

  it('charges statics by level, gross of hedges', () => {
    const statics = { contract: { initial: '0.02', maintenance: '0.01' }, nakedShort: NOTHING };
    const { requirements } = assess([held(btc, '1'), held(future('BTC', 30), '-1')], { statics });
    expect([requirements.initial!, requirements.maintenance!].map(text)).toEqual(['2400', '1200']);
  });

  it('makes a sold wing dearer when the smile is bent and the term structure tilted', () => {
    const wing = [held(option('BTC', 7, '80000', 'call'), '-1')];
    const figure = (change: object): Decimal => dec(required(wing, change));
    expect(figure({ skewShock: { ...SCENARIO_DOCUMENT.skewShock, absBaseCap: '3' } }).gt(figure({}))).toBe(true);
    expect(figure({ termShock: '0.9' }).gt(figure({}))).toBe(true);
  });

  it('is continuous where the term powers meet', () => {
    const shock = readScenarioParameters(PLAIN).volShock;
    const [before, after] = [30 * 86_400, 30 * 86_400 + 1].map((seconds) => termScale(seconds, shock));
    expect(before).toBe(1);
    expect(after).toBeCloseTo(1, 6);
  });

  it.each`
    days   | tilt
    ${0}   | ${1}
    ${2.5} | ${1}
    ${30}  | ${0}
    ${360} | ${-1}
    ${999} | ${-1}
  `('tilts a term of $days days by $tilt', ({ days, tilt }: Record<string, number>) => {
    expect(termTilt(days! * 86_400)).toBeCloseTo(tilt!, 12);
  });

  it('lists grid, tails, skew and term scenarios in the order of the document', () => {
    const ids = scenariosOf(readScenarioParameters(SCENARIO_DOCUMENT)).map(({ id }) => id);
    expect(ids).toHaveLength(9 * 3 + 5 + 2 + 2);
    expect(ids[0]).toBe('-0.18:up');
    expect(ids.slice(-4)).toEqual(['skew-linear', 'skew-abs', 'term-short-up', 'term-short-down']);
  });

  it.each`
    change                                                                                        | remedy                    | why
    ${{ grid: { priceMoves: ['-1'], volatilities: ['up'] } }}                                     | ${'write a decimal'}      | ${'a price of zero'}
    ${{ grid: { priceMoves: [], volatilities: ['up'] } }}                                         | ${'write a list of 1 to'} | ${'no moves'}
    ${{ grid: { priceMoves: ['0.1'], volatilities: ['higher'] } }}                                | ${'write one of'}         | ${'an unknown volatility'}
    ${{ shortOptionMinimum: '-0.1' }}                                                             | ${'write a decimal'}      | ${'a negative minimum'}
    ${{ shortOptionMinimum: 'NaN' }}                                                              | ${'write a decimal'}      | ${'not a number'}
    ${{ shortOptionMinimum: 0.1 }}                                                                | ${'write a decimal'}      | ${'a float'}
    ${{ expiryOffset: '1.5' }}                                                                    | ${'write a decimal'}      | ${'gains more than whole'}
    ${{ offsets: [{ underlyings: ['A', 'B'], share: '1' }, { underlyings: ['B'], share: '1' }] }} | ${'write it in one'}      | ${'credited twice'}
    ${{ colateral: {} }}                                                                          | ${'leave it out'}         | ${'a misspelt name'}
  `('refuses a document: $why', ({ change, remedy }: Record<string, unknown>) => {
    expect(() => readScenarioParameters({ ...PLAIN, ...(change as object) })).toThrow(remedy);
  });

  it.each([null, 'text', 7, []])('refuses %p for a document', (document) => {
    expect(() => readScenarioParameters(document)).toThrow('body: write a record of grid');
  });
});
