import { type Decimal, ONE, sum, ZERO } from '@ballast/kernel';
import type { ExplainLine, MarginModel, Market, ModelResult, Portfolio } from '@ballast/margin-models';
import { type ContractExposure, countedCollateral, linearBookOf, worstSizeOf } from '../methodology/contract-book.js';
import {
  DYDX_FRACTION_DEFAULTS,
  type DydxFractionParameters,
  liquidityTierOf,
  readDydxFractionParameters,
} from './dydx-fraction.parameters.js';
import {
  initialRequirement,
  maintenanceRequirement,
  netNotional,
  openInterestScaledFraction,
} from './fraction-requirement.js';

/** Dollars in either form; nothing else backs an account. */
const ACCEPTED = new Set(['USD', 'USDC']);

/** One side of the market, quote units; an unknown open interest counts as none. */
function openInterestOf({ instrument, mark }: ContractExposure, market: Market): Decimal {
  const contracts = market.instruments.get(instrument.id)?.openInterest ?? ZERO;
  return netNotional(contracts.times(instrument.contractSize), mark);
}

function contractLines(exposure: ContractExposure, market: Market, parameters: DydxFractionParameters): ExplainLine[] {
  const { instrument, size, mark, unrealisedPnl } = exposure;
  const { initialFraction, maintenanceFraction, openInterestCaps } = liquidityTierOf(parameters, instrument.underlying);
  const openInterest = openInterestOf(exposure, market);
  const scaled = openInterestScaledFraction(initialFraction, openInterestCaps, openInterest);
  const notional = netNotional(size, mark);
  const worstNotional = netNotional(worstSizeOf(exposure), mark);
  const subject = instrument.id;
  return [
    { code: 'unrealised-pnl', subject, amount: unrealisedPnl },
    {
      code: 'fraction-initial',
      subject,
      amount: initialRequirement(worstNotional, scaled),
      figures: { worstNotional, initialFraction, openInterest, scaledFraction: scaled },
    },
    {
      code: 'fraction-maintenance',
      subject,
      amount: maintenanceRequirement(notional, initialFraction, maintenanceFraction),
      figures: { notional, initialFraction, maintenanceFraction },
    },
  ];
}

function assess(portfolio: Portfolio, market: Market, parameters: DydxFractionParameters): ModelResult {
  const collateral = countedCollateral(portfolio.collateral, market, (asset) => (ACCEPTED.has(asset) ? ONE : ZERO));
  const contracts = linearBookOf(portfolio, market).flatMap((exposure) => contractLines(exposure, market, parameters));
  const total = (code: string): Decimal =>
    sum(contracts.filter((line) => line.code === code).map(({ amount }) => amount));
  return {
    value: sum(collateral.map(({ worth }) => worth)).plus(total('unrealised-pnl')),
    requirements: { initial: total('fraction-initial'), maintenance: total('fraction-maintenance') },
    lines: [
      ...collateral.map(({ asset, worth, amount, price, share }) => ({
        code: 'collateral',
        subject: asset,
        amount: worth,
        figures: { amount, price, share },
      })),
      ...contracts,
    ],
  };
}

/**
 * Fractions of notional per market, added up; the initial fraction grows with the open interest of the market, maintenance does not.
 * Requirements are rounded up on the quote grid. Orders count by the worse side, which the venue itself checks at the fill.
 */
export const dydxFraction: MarginModel<DydxFractionParameters> = {
  id: 'dydx-fraction@1',
  title: 'dYdX v4: margin fractions, initial scaled by open interest',
  source: { text: 'dydxprotocol/v4-chain 84d4664b, liquidity tiers of the genesis', asOf: '2026-03-31' },
  levels: ['initial', 'maintenance'],
  defaultParameters: DYDX_FRACTION_DEFAULTS,
  readParameters: readDydxFractionParameters,
  assess,
};
