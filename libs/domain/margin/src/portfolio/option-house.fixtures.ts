import { GLOBAL, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { AssessmentDetail, ContractSpecificationDocument, InstrumentRisk, PricingEvents } from '@ballast/facts';
import { readContractSpecification, type Instrument } from '@ballast/instruments';
import { dec, invariant, text, type Instant } from '@ballast/kernel';
import { adaptivePortfolio, riskScenarios } from '@ballast/margin-models';
import { linearValues, optionValues, scenariosAt, undiscountedValue, yearsBetween } from '@ballast/valuation';
import { writeAssessment } from '../assessment/assess.js';
import { scheduleInForce } from '../margin.state.js';
import { assessmentOf } from './portfolio-accounts.js';
import { MarginHouse, type PricesAt } from '../margin.fixtures.js';

const { grid } = adaptivePortfolio.readParameters(adaptivePortfolio.defaultParameters.document);
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

  /** What the numbered partition took, item by item. */
  readonly items: (readonly LogEntry[])[] = [];

  override accept(...inputs: readonly LogEntry[]): readonly SealedEvent[] {
    this.items.push(inputs);
    return super.accept(...inputs);
  }

  modelChosen(accountId: string, model: string): LogEntry {
    return this.fact('accounts', `account-${accountId}`, 'MarginModelChosen', { accountId, model });
  }

  /** Contracts that pricing has delivered: no risk array has them any more. */
  unlist(...ids: readonly string[]): void {
    for (const id of ids) this.#listed.delete(id);
  }

  /** The assessment of an account as the next run writes it. */
  detailOf(accountId: string): AssessmentDetail {
    const { state } = this.machine;
    const schedule = scheduleInForce(state);
    invariant(schedule, 'prices come first');
    return writeAssessment(assessmentOf(state, schedule, state.book.at(accountId)));
  }

  admit(...specifications: readonly ContractSpecificationDocument[]): readonly SealedEvent[] {
    return this.accept(...specifications.map((specification) => this.#admitted(specification)));
  }

  #admitted(specification: ContractSpecificationDocument): LogEntry {
    this.#listed.set(specification.id, specification);
    const payload: PricingEvents['InstrumentAdmitted'] = { specification };
    return this.#pricing(`instrument-${specification.id}`, 'InstrumentAdmitted', payload);
  }

  /** A fact of pricing, which both partitions read. */
  #pricing(stream: string, type: string, payload: unknown): LogEntry {
    const entry = this.fact('pricing', stream, type, payload, GLOBAL);
    this.acceptGlobal(entry);
    return entry;
  }

  delivered(underlying: 'BTC', expiry: Instant, price: string): LogEntry {
    const payload = { underlying, expiry, price, samples: 360, carried: 0, missing: 0 };
    return this.#pricing(`settlement-${underlying}-${expiry}`, 'SettlementPriceFixed', payload);
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
    const arrays = this.#pricing('prices', 'RiskArraysPublished', payload);
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
