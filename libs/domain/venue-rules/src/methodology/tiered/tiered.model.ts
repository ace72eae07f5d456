import { inverseLevels } from '@ballast/instruments';
import { type Decimal, maxOf, ONE, sum, ZERO } from '@ballast/kernel';
import type { ExplainLine, MarginModel, Market, ModelResult, ModelSource, Portfolio } from '@ballast/margin-models';
import {
  contractBookOf,
  type ContractExposure,
  countedCollateral,
  type IsolatedExposure,
  worstSizeOf,
} from '../contract-book.js';
import { linearLiquidationPrice, tieredInitial, tieredMaintenance, tierOf } from './tier-margin.js';
import { marketOf, readTieredParameters, shareOf, type TieredParameters } from './tiered.parameters.js';

/** Margin of one contract by its schedule, settlement currency. */
interface ContractMargin {
  readonly exposure: ContractExposure;
  readonly initial: Decimal;
  readonly maintenance: Decimal;
  readonly figures: Readonly<Record<string, Decimal>>;
}

/** How a position stands: with the account that backs it, or alone with its isolated margin. Settlement currency. */
export interface PositionStanding {
  readonly unrealisedPnl: Decimal;
  /** Without profit since entry. */
  readonly walletBalance: Decimal;
  /** With it. */
  readonly marginBalance: Decimal;
  readonly maintenanceMargin: Decimal;
}

/** Further figures that a venue says of a position, by name. */
type VenueFigures = (standing: PositionStanding) => Readonly<Record<string, Decimal>>;

/** Notional that the tiers of a contract measure: quote at the mark, or for an inverse contract coin (a position's at its entry). */
function tierNotional({ instrument, mark, entryValue, size }: ContractExposure, ofSize: Decimal): Decimal {
  if (instrument.settlement === 'linear') return ofSize.abs().times(mark);
  return ofSize.eq(size) ? entryValue : ofSize.abs().div(mark);
}

function marginOf(exposure: ContractExposure, parameters: TieredParameters): ContractMargin {
  const { instrument, size, mark } = exposure;
  const { schedule } = marketOf(parameters, instrument.underlying, instrument.settlement);
  const unitPrice = instrument.settlement === 'linear' ? ONE : mark;
  const notional = tierNotional(exposure, size);
  const worst = maxOf(notional, tierNotional(exposure, worstSizeOf(exposure)));
  const { rate, deduction } = tierOf(notional, schedule);
  const maxLeverage = tierOf(worst, schedule).maxLeverage;
  return {
    exposure,
    initial: tieredInitial(worst, schedule).times(unitPrice),
    maintenance: tieredMaintenance(notional, schedule).times(unitPrice),
    figures: { notional, rate, deduction, worstNotional: worst, maxLeverage },
  };
}

/**
 * Price at which a position is liquidated when nothing else moves.
 * @param backing settlement currency that backs this position alone, its profit since entry included
 * @param closingFeeRate of an inverse position: what closing it must still pay
 */
function liquidationPriceOf(
  exposure: ContractExposure,
  maintenance: Decimal,
  backing: Decimal,
  parameters: TieredParameters,
  closingFeeRate: Decimal,
): Decimal | null {
  const { instrument, size, mark, entryValue, unrealisedPnl } = exposure;
  if (size.isZero()) return null;
  if (instrument.settlement === 'linear') {
    const { schedule } = marketOf(parameters, instrument.underlying, 'linear');
    return linearLiquidationPrice({ size, from: mark, collateral: backing }, schedule)?.price ?? null;
  }
  const coins = backing.minus(unrealisedPnl).div(mark);
  if (coins.isNegative()) return null;
  const levels = inverseLevels({
    quantity: size,
    entry: size.abs().div(entryValue),
    collateral: coins,
    maintenance: maintenance.div(mark),
    closingFeeRate,
  });
  return levels.liquidation;
}

function contractLines(
  margin: ContractMargin,
  othersSurplus: Decimal,
  parameters: TieredParameters,
  venueFigures: Readonly<Record<string, Decimal>>,
): ExplainLine[] {
  const { exposure, initial, maintenance, figures } = margin;
  const subject = exposure.instrument.id;
  const price = liquidationPriceOf(
    exposure,
    maintenance,
    othersSurplus.plus(maintenance),
    parameters,
    parameters.closingFeeRate,
  );
  return [
    { code: 'unrealised-pnl', subject, amount: exposure.unrealisedPnl },
    {
      code: 'tier-maintenance',
      subject,
      amount: maintenance,
      figures: { ...figures, ...(price === null ? {} : { liquidationPrice: price }), ...venueFigures },
    },
    { code: 'tier-initial', subject, amount: initial, figures },
  ];
}

function isolatedLines(
  exposure: IsolatedExposure,
  parameters: TieredParameters,
  figuresOf: VenueFigures,
): ExplainLine[] {
  const { initial, maintenance, figures } = marginOf(exposure, parameters);
  const equity = exposure.margin.plus(exposure.unrealisedPnl);
  const price = liquidationPriceOf(exposure, maintenance, equity, parameters, ZERO);
  const surplus = equity.minus(maintenance);
  const standing = {
    unrealisedPnl: exposure.unrealisedPnl,
    walletBalance: exposure.margin,
    marginBalance: equity,
    maintenanceMargin: maintenance,
  };
  const shown = { ...figures, equity, initial, maintenance, surplus, ...figuresOf(standing) };
  return [
    {
      code: 'isolated-position',
      subject: exposure.instrument.id,
      amount: exposure.margin.neg(),
      figures: price === null ? shown : { ...shown, liquidationPrice: price },
    },
  ];
}

function assess(
  portfolio: Portfolio,
  market: Market,
  parameters: TieredParameters,
  figuresOf: VenueFigures,
): ModelResult {
  const { cross, isolated } = contractBookOf(portfolio, market);
  const collateral = countedCollateral(portfolio.collateral, market, (asset) => shareOf(parameters, asset));
  const margins = cross.map((exposure) => marginOf(exposure, parameters));
  const setAside = sum(isolated.map(({ margin }) => margin));
  const walletBalance = sum(collateral.map(({ worth }) => worth)).minus(setAside);
  const value = walletBalance.plus(sum(cross.map(({ unrealisedPnl }) => unrealisedPnl)));
  const maintenance = sum(margins.map((margin) => margin.maintenance));
  const surplus = value.minus(maintenance);
  const alone = isolated.flatMap((exposure) => isolatedLines(exposure, parameters, figuresOf));
  let lines: readonly ExplainLine[] | undefined;
  return {
    value,
    requirements: { initial: sum(margins.map(({ initial }) => initial)), maintenance },
    // A margin run asks for nothing but the figures, and liquidation prices cost as much as all of these.
    get lines() {
      lines ??= [
        ...collateral.map(({ asset, worth, amount, price, share }) => ({
          code: 'collateral',
          subject: asset,
          amount: worth,
          figures: { amount, price, share },
        })),
        ...margins.flatMap((margin) => {
          const { unrealisedPnl, size } = margin.exposure;
          const standing = { unrealisedPnl, walletBalance, marginBalance: value, maintenanceMargin: maintenance };
          return contractLines(margin, surplus, parameters, size.isZero() ? {} : figuresOf(standing));
        }),
        ...alone,
      ];
      return lines;
    },
  };
}

/**
 * A venue that margins each contract by a continuous schedule of tiers: `MM = N x r_k - A_k`, initial margin at the highest leverage of
 * the tier, on the worse side of open orders. Contracts add up; nothing is offset. A position with margin of its own stands
 * alone: what is set aside for it leaves the account's value, and its line says how it stands.
 */
export function tieredModel(venue: {
  readonly id: string;
  readonly title: string;
  readonly source: ModelSource;
  readonly defaultParameters: { readonly id: string; readonly document: unknown };
  /** What else the venue says of how a position stands, in its explain line. */
  readonly figuresOf?: VenueFigures;
}): MarginModel<TieredParameters> {
  const { figuresOf = () => ({}), ...named } = venue;
  return {
    ...named,
    levels: ['initial', 'maintenance'],
    readParameters: readTieredParameters,
    assess: (portfolio, market, parameters) => assess(portfolio, market, parameters, figuresOf),
  };
}
