import { ANY_NAME, byName, figure, made, record } from '@ballast/documents';
import { type Decimal, maxOf, ModelInputError, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type ContractHolding,
  type ExplainLine,
  instrumentMarketOf,
  type Market,
  type ModelResult,
  type OptionHolding,
  type Portfolio,
  readParameterDocument,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { chargeLine, levelSum } from '../methodology/scenario/scenario-margin.js';
import { haircutsOf } from './portfolio-parameters.js';
import { spotMarginLines } from './spot-margin.js';

/** Rates of a perpetual or future: share of the notional, growing per base unit of its size. */
export interface DeribitContractRules {
  readonly initialRate: Decimal;
  readonly maintenanceRate: Decimal;
  readonly increment: Decimal;
}

/** Shares of the underlying's price, and of the mark for puts (`maintenancePut` counts for both). */
export interface DeribitOptionRules {
  readonly initialMost: Decimal;
  readonly initialLeast: Decimal;
  readonly maintenanceCall: Decimal;
  readonly maintenancePut: Decimal;
}

export interface DeribitStandardParameters {
  readonly contracts: ReadonlyMap<string, DeribitContractRules>;
  readonly options: DeribitOptionRules;
  /** Share of the value of collateral that the initial level leaves out. */
  readonly collateral: ReadonlyMap<string, Decimal>;
}

const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });

const STANDARD_FORM = made(
  record({
    contracts: byName(
      ANY_NAME,
      record({ initialRate: notNegative, maintenanceRate: notNegative, increment: notNegative }),
    ),
    options: record({
      initialMost: notNegative,
      initialLeast: notNegative,
      maintenanceCall: notNegative,
      maintenancePut: notNegative,
    }),
    collateral: byName(ANY_NAME, record({ initialHaircut: share })),
  }),
  ({ collateral, ...rest }): DeribitStandardParameters => ({ ...rest, collateral: haircutsOf(collateral) }),
);

/** Reads a document of the standard margin. @throws ModelInputError */
export const readDeribitStandard = (document: unknown): DeribitStandardParameters =>
  readParameterDocument(document, STANDARD_FORM);

/** BTC and SOL: linear perpetual pages; ETH: the slope of the portfolio engine with the rates of BTC. Read June 2024 to February 2026. */
export const DERIBIT_STANDARD_DOCUMENT = {
  contracts: {
    BTC: { initialRate: '0.02', maintenanceRate: '0.01', increment: '0.00005' },
    ETH: { initialRate: '0.02', maintenanceRate: '0.01', increment: '0.000004' },
    SOL: { initialRate: '0.04', maintenanceRate: '0.02', increment: '0.000005' },
  },
  options: { initialMost: '0.15', initialLeast: '0.1', maintenanceCall: '0.075', maintenancePut: '0.075' },
  // Coins held count whole: the venue's cross-collateral haircuts were not captured.
  collateral: { BTC: { initialHaircut: '0' }, ETH: { initialHaircut: '0' }, USDC: { initialHaircut: '0' } },
};

/** Both levels of one position. */
interface Levels {
  readonly initial: Decimal;
  readonly maintenance: Decimal;
}

/** q * (rate + increment * q) for q = |size|: base units. */
export function contractRequirement(size: Decimal, rules: DeribitContractRules): Levels {
  const q = size.abs();
  const growth = rules.increment.times(q);
  return { initial: q.times(rules.initialRate.plus(growth)), maintenance: q.times(rules.maintenanceRate.plus(growth)) };
}

/**
 * Requirement of one unit sold, as a share of the underlying (coin for a coin-settled option): with m the mark and
 * OTM / S how far it is out of the money,
 *   call IM = max(most - OTM / S, least) + m, MM = maintenanceCall + m,
 *   put  MM = max(maintenancePut, maintenancePut * m) + m, IM = max(max(most - OTM / S, least) + m, MM).
 */
export function shortOptionRequirement(
  { type, strike }: Pick<OptionHolding, 'type' | 'strike'>,
  spot: Decimal,
  mark: Decimal,
  rules: DeribitOptionRules,
): Levels {
  const distance = maxOf(type === 'call' ? strike.minus(spot) : spot.minus(strike), ZERO).div(spot);
  const initial = maxOf(rules.initialMost.minus(distance), rules.initialLeast).plus(mark);
  if (type === 'call') return { initial, maintenance: rules.maintenanceCall.plus(mark) };
  const maintenance = maxOf(rules.maintenancePut, rules.maintenancePut.times(mark)).plus(mark);
  return { initial: maxOf(initial, maintenance), maintenance };
}

function contractLine(
  { instrument, size }: ContractHolding,
  held: UnderlyingHoldings,
  { contracts }: DeribitStandardParameters,
): ExplainLine {
  const rules = contracts.get(held.underlying);
  if (rules === undefined) {
    const message = `${instrument}: the parameter document has no rates for ${held.underlying}; add them`;
    throw new ModelInputError('market-not-in-document', instrument, message);
  }
  const { initial, maintenance } = contractRequirement(size, rules);
  return chargeLine('contract', instrument, initial.times(held.spot), maintenance.times(held.spot), {
    size,
    spot: held.spot,
  });
}

function optionLine(
  option: OptionHolding,
  { spot }: UnderlyingHoldings,
  market: Market,
  rules: DeribitOptionRules,
): ExplainLine {
  const { mark } = instrumentMarketOf(market, option.instrument);
  // A linear mark is quoted in quote units: as a share of the underlying it is mark / S.
  const inCoin = option.settlement === 'inverse' ? mark : mark.div(spot);
  const required = shortOptionRequirement(option, spot, inCoin, rules);
  const sold = maxOf(option.size.neg(), ZERO).times(spot);
  return chargeLine('option', option.instrument, required.initial.times(sold), required.maintenance.times(sold), {
    size: option.size,
    mark,
    spot,
  });
}

/**
 * Standard margin: every position by itself. Option values are not counted among what the account owns, so a sold option
 * requires its mark too and a bought one is no collateral.
 */
export function deribitStandardMargin(
  portfolio: Portfolio,
  market: Market,
  parameters: DeribitStandardParameters,
): ModelResult {
  const { cash, assets: owned } = arrangeCollateral(portfolio.collateral, market);
  const assets = owned.filter(({ asset }) => parameters.collateral.has(asset));
  const holdings = arrangeHoldings(portfolio.positions, market, [], 'both');
  const values: readonly ExplainLine[] = [
    { code: 'cash', amount: cash },
    ...assets.map(({ asset, amount, price }) => ({ code: 'collateral', subject: asset, amount: amount.times(price) })),
    ...holdings.flatMap(({ contracts }) =>
      contracts.map(({ instrument, unrealisedPnl }) => ({
        code: 'unrealised-profit',
        subject: instrument,
        amount: unrealisedPnl,
      })),
    ),
  ];
  const charges: readonly ExplainLine[] = [
    ...holdings.flatMap((held) => [
      ...held.contracts.map((contract) => contractLine(contract, held, parameters)),
      ...held.expiries.flatMap(({ options }) =>
        options.map((option) => optionLine(option, held, market, parameters.options)),
      ),
    ]),
    ...spotMarginLines(assets, parameters.collateral),
  ];
  return {
    value: sum(values.map(({ amount }) => amount)),
    requirements: { initial: levelSum(charges, 'initial'), maintenance: levelSum(charges, 'maintenance') },
    lines: [...values, ...charges],
  };
}
