import { dec, type Decimal } from '@ballast/kernel';
import type {
  ExpiryMarket,
  InstrumentMarket,
  Market,
  Portfolio,
  PositionHolding,
  UnderlyingMarket,
} from '@ballast/margin-models';
import { deriveStandardMargin, readDeriveStandard } from '@ballast/venue-rules';
import type { CaseRunner } from '../case-runner.js';
import {
  CASE_TIME,
  expiryAt,
  optionMarkets,
  type OptionInput,
  optionPositions,
  perpetualOf,
} from './derive.case-reading.js';

interface MarketInput {
  readonly spot: string;
  readonly spotConfidence: string;
  readonly perpPrice?: string;
  readonly perpConfidence?: string;
  readonly basePosition?: string;
  readonly perpPosition?: string;
  readonly perpEntryPrice?: string;
  readonly perpFundingIndexDelta?: string;
}

interface ForwardInput {
  readonly market: string;
  readonly secToExpiry: string;
  readonly forward: string;
  readonly confidence: string;
}

interface StandardOptionInput extends OptionInput {
  readonly market: string;
  readonly volConfidence: string;
}

interface StandardInputs {
  readonly cash: string;
  readonly stablePrice?: string;
  readonly markets: Readonly<Record<string, MarketInput>>;
  readonly forwards: readonly ForwardInput[];
  readonly options: readonly StandardOptionInput[];
}

/** One set of rules holds for every market of a case. */
interface StandardParams {
  readonly depeg: unknown;
}

function perpetualPosition(underlying: string, input: MarketInput): PositionHolding {
  const quantity = dec(input.perpPosition ?? '0');
  const fundingPerUnit: Decimal = dec(input.perpFundingIndexDelta ?? '0');
  return {
    instrument: perpetualOf(underlying),
    quantity,
    ...(input.perpEntryPrice === undefined ? {} : { entryPrice: dec(input.perpEntryPrice) }),
    accruedFunding: quantity.times(fundingPerUnit),
  };
}

function optionsOf(underlying: string, { options }: StandardInputs): readonly StandardOptionInput[] {
  return options.filter(({ market }) => market === underlying);
}

function marketOf(inputs: StandardInputs): Market {
  const names = Object.entries(inputs.markets);
  const underlyings = names.map(([name, { spot, spotConfidence }]): [string, UnderlyingMarket] => [
    name,
    { spot: dec(spot), confidence: dec(spotConfidence) },
  ]);
  const perpetuals = names.map(([name, { perpPrice, perpConfidence }]): [string, InstrumentMarket] => [
    perpetualOf(name).id,
    { mark: dec(perpPrice ?? '0'), confidence: dec(perpConfidence ?? '1') },
  ]);
  const options = names.flatMap(([name]) => {
    const held = optionsOf(name, inputs);
    return optionMarkets(name, held).map(([id, quoted], index): [string, InstrumentMarket] => {
      const confidence = held[index]?.volConfidence;
      return [id, confidence === undefined ? quoted : { ...quoted, confidence: dec(confidence) }];
    });
  });
  const expiries = inputs.forwards.map(({ market, secToExpiry, forward, confidence }): [string, ExpiryMarket] => {
    const expiry = expiryAt(secToExpiry);
    const expiryMarket = { underlying: market, expiry, forward: dec(forward), forwardConfidence: dec(confidence) };
    return [`${market}@${expiry}`, expiryMarket];
  });
  return {
    asOf: CASE_TIME,
    underlyings: new Map(underlyings),
    expiries: new Map(expiries),
    instruments: new Map([...perpetuals, ...options]),
    collateral: new Map(),
    stablePrice: dec(inputs.stablePrice ?? '1'),
  };
}

/** Derive v2, standard manager. */
export const standardMargin: CaseRunner = ({ params, inputs: given }) => {
  const inputs = given as StandardInputs;
  const { depeg, ...rules } = params as StandardParams;
  const names = Object.keys(inputs.markets);
  const portfolio: Portfolio = {
    collateral: [
      { asset: 'USD', amount: dec(inputs.cash) },
      ...Object.entries(inputs.markets).map(([asset, { basePosition }]) => ({
        asset,
        amount: dec(basePosition ?? '0'),
      })),
    ],
    positions: Object.entries(inputs.markets).flatMap(([name, input]) => [
      perpetualPosition(name, input),
      ...optionPositions(name, optionsOf(name, inputs)),
    ]),
    orders: [],
  };
  const parameters = readDeriveStandard({ depeg, markets: Object.fromEntries(names.map((name) => [name, rules])) });
  const margin = deriveStandardMargin(portfolio, marketOf(inputs), parameters);
  return {
    initialMargin: margin.initialMargin,
    initialMarginTruncated: margin.initialMargin,
    maintenanceMargin: margin.maintenanceMargin,
    maintenanceMarginTruncated: margin.maintenanceMargin,
    markToMarket: margin.markToMarket,
    markToMarketTruncated: margin.markToMarket,
  };
};
