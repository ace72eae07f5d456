import type { ContractSpecificationDocument, InstrumentRisk, PricingEvents } from '@ballast/facts';
import { readContractSpecification, type Instrument } from '@ballast/instruments';
import { dec, instantOf, text, type Instant } from '@ballast/kernel';
import { ADAPTIVE_DEFAULTS, readAdaptiveParameters, riskScenarios } from '@ballast/margin-models';
import { riskArraysHash } from '@ballast/pricing-domain';
import { optionValues, scenariosAt, undiscountedValue, yearsBetween } from '@ballast/valuation';

const EXPIRIES = ['30JAN26', '27FEB26', '27MAR26', '26JUN26'];
const STRIKES = 25;
const VOLATILITY = 0.6;
const { grid } = readAdaptiveParameters(ADAPTIVE_DEFAULTS.document);
const SCENARIOS = riskScenarios(grid);

/** Ids of options on bitcoin, calls and puts from half to twice the price; four expiries. */
export const OPTION_IDS: readonly string[] = EXPIRIES.flatMap((expiry) =>
  Array.from({ length: STRIKES }, (_, n) => 30_000 + 2_500 * n).flatMap((strike) =>
    ['C', 'P'].map((type) => `BTC-${expiry}-${strike}-${type}`),
  ),
);

/** Options against premium in dollars, as pricing admits them and publishes their risk arrays. */
export class OptionListing {
  readonly specifications: readonly ContractSpecificationDocument[] = OPTION_IDS.map((id) => ({
    id,
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick: '0.01',
    lot: '0.01',
    cashStyle: 'premium',
    deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
    listedAt: new Date(instantOf('2025-10-01T00:00:00Z')).toISOString(),
  }));
  readonly #instruments = this.specifications.map((document) => readContractSpecification(document).instrument);
  #published = 0;

  /** Arrays of every option off a flat surface at the price. */
  arrays(price: string, asOf: Instant): PricingEvents['RiskArraysPublished'] {
    this.#published += 1;
    const instruments = this.#instruments.map((instrument) => riskOf(instrument, price, asOf));
    return {
      number: this.#published,
      asOf,
      status: 'LIVE',
      scenarioSet: 'adaptive-scenarios@1',
      scenarios: SCENARIOS,
      instruments,
      contentHash: riskArraysHash({ scenarios: SCENARIOS, instruments }),
    };
  }
}

function riskOf(instrument: Instrument, price: string, asOf: Instant): InstrumentRisk {
  if (instrument.kind !== 'option') throw new TypeError(`${instrument.id} is no option`);
  const forward = Number(price);
  const years = yearsBetween(asOf, instrument.expiry);
  const total = VOLATILITY * Math.sqrt(years);
  const premium = undiscountedValue(instrument.type === 'call', forward, instrument.strike.toNumber(), total);
  const mark = dec(premium.toFixed(2));
  const term = scenariosAt({ scenarios: SCENARIOS, term: grid.termDecay }, years);
  return {
    instrument: instrument.id,
    mark: text(mark),
    price: text(mark),
    forward: price,
    volatility: text(dec(VOLATILITY)),
    status: 'LIVE',
    basis: null,
    values: optionValues({ option: instrument, mark, index: dec(price), forward, years, volatility: VOLATILITY }, term),
  };
}
