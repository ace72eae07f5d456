import { dec } from '@ballast/kernel';
import type {
  CollateralMarket,
  InstrumentMarket,
  Market,
  Portfolio,
  PositionHolding,
  UnderlyingMarket,
} from '@ballast/margin-models';
import {
  type DerivePortfolioMargin,
  derivePortfolioV1Margin,
  derivePortfolioV2Margin,
  readDerivePortfolioV1,
  readDerivePortfolioV2,
} from '@ballast/venue-rules';
import type { CaseRunner, CaseRunners } from '../case-runner.js';
import { refusing } from '../refusal.js';
import {
  CASE_TIME,
  type ExpiryFeedInput,
  expiryMarkets,
  optionMarkets,
  type OptionInput,
  optionPositions,
  perpetualOf,
} from './derive.case-reading.js';
import { standardMargin } from './standard-margin.runner.js';

/** Cases name no coin: one underlying, its base coin of the same name. */
const UNDERLYING = 'BASE';
const PERPETUAL = perpetualOf(UNDERLYING);

interface PerpetualInput {
  readonly amount: string;
  readonly price: string;
  readonly confidence?: string;
  /** Given by the first generation. */
  readonly entryPrice?: string;
  /** Given by the second. */
  readonly unrealisedPnl?: string;
  readonly unrealisedFunding?: string;
}

const NO_PERPETUAL: PerpetualInput = { amount: '0', price: '0' };

interface PortfolioInputs {
  readonly cash: string;
  readonly spot: string;
  readonly spotConfidence: string;
  readonly stablePrice?: string;
  /** Absent: none is held. */
  readonly perp?: PerpetualInput | null;
  readonly options: readonly OptionInput[];
  readonly expiryFeeds: readonly ExpiryFeedInput[];
}

interface FirstGenerationInputs extends PortfolioInputs {
  readonly basePosition?: string;
}

interface CollateralInput {
  readonly asset: string;
  readonly amount: string;
  readonly price: string;
  readonly confidence: string;
  readonly riskCancelling: boolean;
  readonly mmHaircut: string;
  readonly imHaircut: string;
}

interface SecondGenerationInputs extends PortfolioInputs {
  readonly collaterals?: readonly CollateralInput[];
}

function marketOf(inputs: PortfolioInputs, collateral: ReadonlyMap<string, CollateralMarket>): Market {
  const spot: UnderlyingMarket = { spot: dec(inputs.spot), confidence: dec(inputs.spotConfidence) };
  const { price, confidence } = inputs.perp ?? NO_PERPETUAL;
  const perpetual: [string, InstrumentMarket] = [
    PERPETUAL.id,
    { mark: dec(price), confidence: dec(confidence ?? '1') },
  ];
  return {
    asOf: CASE_TIME,
    underlyings: new Map([[UNDERLYING, spot]]),
    expiries: new Map(expiryMarkets(UNDERLYING, inputs.expiryFeeds)),
    instruments: new Map([perpetual, ...optionMarkets(UNDERLYING, inputs.options)]),
    collateral,
    stablePrice: dec(inputs.stablePrice ?? '1'),
  };
}

function figuresOf(margin: DerivePortfolioMargin): Readonly<Record<string, unknown>> {
  return {
    maintenanceMargin: margin.maintenanceMargin,
    maintenanceMarginTruncated: margin.maintenanceMargin,
    initialMargin: margin.initialMargin,
    initialMarginTruncated: margin.initialMargin,
    portfolioMtm: margin.markToMarket,
    markToMarket: margin.markToMarket,
    optionMtm: margin.optionValue,
    collateralMtm: margin.collateralValue,
    scenarioPnl: margin.scans.flatMap(({ scenarios }) => scenarios.map(({ pnl }) => pnl)),
    forwardContingency: margin.basisContingency,
    oracleContingency: margin.confidenceContingency,
    imFactorAfterPeg: margin.initialFactor,
  };
}

const firstGeneration: CaseRunner = ({ params, inputs: given }) => {
  const inputs = given as FirstGenerationInputs;
  const { amount, entryPrice } = inputs.perp ?? NO_PERPETUAL;
  const perpetual: PositionHolding = {
    instrument: PERPETUAL,
    quantity: dec(amount),
    ...(entryPrice === undefined ? {} : { entryPrice: dec(entryPrice) }),
  };
  const portfolio: Portfolio = {
    collateral: [
      { asset: 'USD', amount: dec(inputs.cash) },
      { asset: UNDERLYING, amount: dec(inputs.basePosition ?? '0') },
    ],
    positions: [perpetual, ...optionPositions(UNDERLYING, inputs.options)],
    orders: [],
  };
  return figuresOf(derivePortfolioV1Margin(portfolio, marketOf(inputs, new Map()), readDerivePortfolioV1(params)));
};

const secondGeneration: CaseRunner = ({ params, inputs: given }) => {
  const inputs = given as SecondGenerationInputs;
  const { amount, unrealisedPnl, unrealisedFunding } = inputs.perp ?? NO_PERPETUAL;
  const perpetual: PositionHolding = {
    instrument: PERPETUAL,
    quantity: dec(amount),
    // Profit and funding come as amounts, and there may be no entry price above zero that has such a profit.
    accruedFunding: dec(unrealisedPnl ?? '0')
      .plus(unrealisedFunding ?? '0')
      .neg(),
  };
  // Numbered, because a case may hold an asset twice and under any name.
  const collateral = (inputs.collaterals ?? []).map((held, index) => ({ ...held, asset: `${held.asset}#${index}` }));
  const portfolio: Portfolio = {
    collateral: [
      { asset: 'USD', amount: dec(inputs.cash) },
      ...collateral.map((held) => ({ asset: held.asset, amount: dec(held.amount) })),
    ],
    positions: [perpetual, ...optionPositions(UNDERLYING, inputs.options)],
    orders: [],
  };
  const market = marketOf(
    inputs,
    new Map(collateral.map((held) => [held.asset, { price: dec(held.price), confidence: dec(held.confidence) }])),
  );
  const haircuts = collateral.map(({ asset, mmHaircut, imHaircut, riskCancelling }) => {
    const rule = { mmHaircut, imHaircut, ...(riskCancelling ? { riskCancels: UNDERLYING } : {}) };
    return [asset, rule] as const;
  });
  const parameters = readDerivePortfolioV2({
    ...(params as Readonly<Record<string, unknown>>),
    underlying: UNDERLYING,
    collateral: Object.fromEntries(haircuts),
  });
  return figuresOf(derivePortfolioV2Margin(portfolio, market, parameters));
};

/** Derive v2: the margin kinds. */
export const deriveRunners: CaseRunners = refusing({
  standard_margin: standardMargin,
  portfolio_margin_scenarios_v1: firstGeneration,
  portfolio_margin_scenarios: secondGeneration,
});
