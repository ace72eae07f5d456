import type { LogEntry, SealedEvent } from '@ballast/event-sourcing';
import type { ContractSpecificationDocument, InstrumentRisk, PricingEvents } from '@ballast/facts';
import { readContractSpecification, type Instrument } from '@ballast/instruments';
import { dec, text, type Instant } from '@ballast/kernel';
import { ADAPTIVE_DEFAULTS, readAdaptiveParameters, riskScenarios } from '@ballast/margin-models';
import { linearValues, optionValues, scenariosAt, undiscountedValue, yearsBetween } from '@ballast/valuation';
import { MarginHouse, type PricesAt } from '../margin.fixtures.js';

const { grid } = readAdaptiveParameters(ADAPTIVE_DEFAULTS.document);
const SCENARIOS = riskScenarios(grid);

/** A contract against USD as it is listed, in the terms of its kind. */
export function listing(id: string, terms: Partial<ContractSpecificationDocument> = {}): ContractSpecificationDocument {
  const option = id.split('-').length === 4;
  return {
    id,
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: 'USD',
    tick: '0.01',
    lot: '0.01',
    cashStyle: option ? 'premium' : 'marked-to-market',
    deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
    listedAt: '2025-10-01T00:00:00Z',
    ...terms,
  };
}

export interface ContractPricesAt extends PricesAt {
  readonly BTC: string;
  /** Implied volatility of every option, per year. */
  readonly volatility: number;
}

/** A margin partition with contracts beside the linear perpetuals, all on bitcoin, priced off a flat surface. */
export class OptionHouse extends MarginHouse {
  readonly #listed = new Map<string, ContractSpecificationDocument>();
  #arrays = 0;

  /** Contracts that pricing publishes risk arrays of from now on. */
  list(...specifications: readonly ContractSpecificationDocument[]): readonly SealedEvent[] {
    for (const specification of specifications) this.#listed.set(specification.id, specification);
    return this.admit(...specifications);
  }

  /** Contracts that pricing has delivered: no risk array has them any more. */
  unlist(...ids: readonly string[]): void {
    for (const id of ids) this.#listed.delete(id);
  }

  delivered(underlying: 'BTC', expiry: Instant, price: string): LogEntry {
    const payload = { underlying, expiry, price, samples: 360, carried: 0, missing: 0 };
    return this.pricing(`settlement-${underlying}-${expiry}`, 'SettlementPriceFixed', payload);
  }

  /** Risk arrays, price set and the schedule on it, not yet applied. */
  market(prices: ContractPricesAt): readonly LogEntry[] {
    this.now = prices.at;
    this.#arrays += 1;
    const instruments = [...this.#listed.values()].map((specification) =>
      riskOf(readContractSpecification(specification).instrument, prices),
    );
    const payload: PricingEvents['RiskArraysPublished'] = {
      number: this.#arrays,
      asOf: prices.at,
      status: 'LIVE',
      scenarioSet: 'adaptive-scenarios@1',
      scenarios: SCENARIOS,
      instruments,
      contentHash: '00'.repeat(32),
    };
    const arrays = this.pricing('prices', 'RiskArraysPublished', payload);
    const schedule = this.schedule(prices);
    return [arrays, this.globalInputs.at(-1)!, schedule];
  }

  /** A price set with risk arrays, and the run on it. */
  reprice(prices: ContractPricesAt): readonly SealedEvent[] {
    return this.accept(...this.market(prices));
  }
}

function riskOf(instrument: Instrument, { at, BTC, volatility }: ContractPricesAt): InstrumentRisk {
  const inverse = instrument.settlement === 'inverse';
  const size = instrument.contractSize;
  const index = dec(BTC);
  if (instrument.kind !== 'option') {
    return {
      instrument: instrument.id,
      mark: text(inverse ? size.div(BTC).neg().toDecimalPlaces(18) : size.times(BTC)),
      price: BTC,
      forward: BTC,
      volatility: null,
      status: 'LIVE',
      basis: '0',
      values: linearValues(instrument, index, index, SCENARIOS),
    };
  }
  const years = yearsBetween(at, instrument.expiry);
  const forward = Number(BTC);
  const total = volatility * Math.sqrt(years);
  const premium = undiscountedValue(instrument.type === 'call', forward, instrument.strike.toNumber(), total);
  const mark = dec((inverse ? premium / forward : premium).toFixed(inverse ? 8 : 2));
  return {
    instrument: instrument.id,
    mark: text(size.times(mark)),
    price: text(mark),
    forward: BTC,
    volatility: text(dec(volatility)),
    status: 'LIVE',
    basis: null,
    values: optionValues({ option: instrument, mark, index, forward, years, volatility }, scenariosOf(years)),
  };
}

const scenariosOf = (years: number) => scenariosAt({ scenarios: SCENARIOS, term: grid.termDecay }, years);
