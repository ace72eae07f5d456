import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import { future, held, marketOf, option, perpetual, portfolioOf } from '../methodology/scenario/scenario.fixtures.js';
import { readSpanParameters, SPAN_DOCUMENT } from './span-parameters.js';
import { spanLike, spanScenarios } from './span.model.js';

const commodity = { priceScan: '0.05', volatilityScan: '0.1', spreadCharge: '0.002', shortOptionMinimum: '0.01' };
const document = { ...SPAN_DOCUMENT, commodities: { BTC: commodity, ETH: commodity } };
const parameters = readSpanParameters(document);

const assess = (positions: Parameters<typeof portfolioOf>[0]) =>
  spanLike.assess(portfolioOf(positions), marketOf(positions.map(({ instrument }) => instrument)), parameters);

describe('the SPAN-like scan [CLR-MDL-016]', () => {
  it('asks 3,000 of one short future with a price scan of 3,000: the extreme covers 3 x 3,000 x 33 % = 2,970 (W35)', () => {
    const { requirements, scenarios, worstScenario } = assess([held(future('BTC', 30), '-1')]);
    expect(text(requirements.maintenance!)).toBe('3000');
    expect(text(requirements.initial!)).toBe('3300');
    expect(worstScenario).toBe('BTC:3/3:up');
    expect(text(scenarios!.find(({ id }) => id === 'BTC:extreme-up')!.pnl)).toBe('-2970');
  });

  it('scans 16 scenarios', () => {
    expect(spanScenarios(parameters.commodities.get('BTC')!, parameters)).toHaveLength(16);
  });

  it('charges a spread between expiries for what the scan nets away', () => {
    const { requirements, lines } = assess([held(future('BTC', 30), '-2'), held(future('BTC', 90), '2')]);
    expect(text(requirements.maintenance!)).toBe('240'); // 2 spreads x 60,000 x 0.2 %
    expect(text(lines.find(({ code }) => code === 'intra-commodity-spread')!.figures!.spreads!)).toBe('2');
  });

  it('credits opposite deltas of two commodities by the share in the spread', () => {
    // 1 BTC against 20 ETH: both legs wholly in the spread, half of 3,000 + 3,000 is credited.
    const hedged = assess([held(perpetual('BTC'), '1'), held(perpetual('ETH'), '-20')]);
    expect(text(hedged.requirements.maintenance!)).toBe('3000');
    const sameSide = assess([held(perpetual('BTC'), '1'), held(perpetual('ETH'), '20')]);
    expect(text(sameSide.requirements.maintenance!)).toBe('6000');
  });

  it('asks at least the minimum of an option sold far out of the money', () => {
    const { requirements } = assess([held(option('BTC', 7, '180000', 'call'), '-1')]);
    expect(text(requirements.maintenance!)).toBe('600');
  });

  it.each`
    change                                                          | remedy                      | why
    ${{ initialFactor: '0.9' }}                                     | ${'write a decimal'}        | ${'initial below maintenance'}
    ${{ commodities: { BTC: { ...commodity, priceScan: '0.4' } } }} | ${'write at most 0.333000'} | ${'three scans below zero'}
    ${{ commodities: { BTC: { ...commodity, priceScan: 'NaN' } } }} | ${'write a decimal'}        | ${'not a figure'}
    ${{ commodities: { BTC: { ...commodity, extra: '1' } } }}       | ${'leave it out'}           | ${'a misspelt name'}
    ${{ extreme: { multiple: '3' } }}                               | ${'write a'}                | ${'a missing figure'}
  `('refuses a document: $why', ({ change, remedy }: Record<string, unknown>) => {
    expect(() => readSpanParameters({ ...document, ...(change as object) })).toThrow(remedy);
  });

  it('refuses an underlying that the document does not have', () => {
    const only = readSpanParameters({ ...document, commodities: { BTC: commodity } });
    const position = held(perpetual('ETH'), dec('1').toString());
    const market = marketOf([position.instrument]);
    expect(() => spanLike.assess(portfolioOf([position]), market, only)).toThrow(
      expect.objectContaining({ code: 'market-not-in-document' }),
    );
  });
});
