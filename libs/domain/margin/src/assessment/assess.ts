import type {
  AccountId,
  AssessmentDetail,
  CollateralLine,
  InstrumentId,
  MarginFigures,
  PortfolioDetail,
  Side,
  Underlying,
} from '@ballast/facts';
import { ASSETS, roundUsd, text, ZERO, type Asset, type Decimal } from '@ballast/kernel';
import { bracketRate } from '@ballast/risk-schedule';
import { instrumentOf, UNDERLYINGS } from '../underlyings.js';
import { liquidationRate, type CollateralFigures, type ScheduleFigures } from './schedule-figures.js';

export interface HeldPosition {
  /** Base units, negative = short. */
  readonly quantity: Decimal;
  /** Signed USD; unrealised profit = quantity * mark - cost. */
  readonly cost: Decimal;
}

/** All of an account that an assessment reads. */
export interface AccountFigures {
  readonly accountId: AccountId;
  readonly version: number;
  /** Everything credited, held money included. An absent asset is zero. */
  readonly collateral: ReadonlyMap<Asset, Decimal>;
  readonly positions: ReadonlyMap<Underlying, HeldPosition>;
  /** Money of cleared withdrawals: no longer equity. */
  readonly clearedHolds: ReadonlyMap<Asset, Decimal>;
  /** Base units that the owner holds over all accounts on one side of an underlying, this account included; >= 0. */
  readonly ownerQuantity: (underlying: Underlying, side: Side) => Decimal;
}

export interface ExactFigures {
  readonly equity: Decimal;
  readonly initial: Decimal;
  readonly call: Decimal;
  readonly liquidation: Decimal;
}

export interface ExactPosition {
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly mark: Decimal;
  readonly notional: Decimal;
  readonly ownerNotional: Decimal;
  readonly callRate: Decimal;
  readonly liquidationRate: Decimal;
  readonly call: Decimal;
  readonly liquidation: Decimal;
  readonly unrealisedPnl: Decimal;
}

/** One assessment, exact. */
export interface Assessment {
  readonly accountId: AccountId;
  readonly accountVersion: number;
  readonly schedule: number;
  readonly figures: ExactFigures;
  readonly clearedHolds: Decimal;
  readonly collateral: readonly (CollateralFigures & { readonly amount: Decimal; readonly worth: Decimal })[];
  readonly positions: readonly ExactPosition[];
  /** Present when a portfolio model decided. */
  readonly portfolio?: PortfolioDetail;
}

export const sideOf = (quantity: Decimal): Side => (quantity.isNegative() ? 'short' : 'long');

/**
 * Assesses one account on one schedule:
 *   equity      = sum of collateral * price * (1 - haircut) - cleared holds + sum of (quantity * mark - cost)
 *   call        = sum over positions of notional * callRate(owner's notional on that side)
 *   liquidation = the same with the liquidation rate
 *   initial     = initialMultiple * call
 * A haircut applies to what is left after the cleared holds, and only if that is not a debt. Equity is rounded down to the cent, requirements up, once at the end.
 * An asset or instrument that the schedule does not price yet counts nothing.
 * @see docs/spec/margin.md (W79)
 */
export function assess(account: AccountFigures, schedule: ScheduleFigures): Assessment {
  const collateral: Assessment['collateral'][number][] = [];
  let equity = ZERO;
  let clearedHolds = ZERO;
  for (const asset of ASSETS) {
    const line = schedule.collateral.get(asset);
    const amount = account.collateral.get(asset) ?? ZERO;
    const held = account.clearedHolds.get(asset) ?? ZERO;
    if (line === undefined || (amount.isZero() && held.isZero())) continue;
    const unit = amount.lt(held) ? line.price : line.value;
    const worth = amount.times(unit);
    collateral.push({ ...line, amount, worth });
    clearedHolds = clearedHolds.plus(held.times(unit));
    equity = equity.plus(worth);
  }
  equity = equity.minus(clearedHolds);

  const positions: ExactPosition[] = [];
  let call = ZERO;
  let liquidation = ZERO;
  for (const underlying of UNDERLYINGS) {
    const held = account.positions.get(underlying);
    const prices = schedule.underlyings.get(underlying);
    if (held === undefined || held.quantity.isZero() || prices === undefined) continue;
    const { mark } = prices;
    const side = sideOf(held.quantity);
    const notional = held.quantity.abs().times(mark);
    const ownerNotional = account.ownerQuantity(underlying, side).times(mark);
    const rates = {
      call: bracketRate(prices.call, ownerNotional),
      liquidation: liquidationRate(prices, side, ownerNotional),
    };
    const position: ExactPosition = {
      instrument: instrumentOf(underlying),
      underlying,
      side,
      quantity: held.quantity,
      mark,
      notional,
      ownerNotional,
      callRate: rates.call,
      liquidationRate: rates.liquidation,
      call: notional.times(rates.call),
      liquidation: notional.times(rates.liquidation),
      unrealisedPnl: held.quantity.times(mark).minus(held.cost),
    };
    positions.push(position);
    equity = equity.plus(position.unrealisedPnl);
    call = call.plus(position.call);
    liquidation = liquidation.plus(position.liquidation);
  }
  return {
    accountId: account.accountId,
    accountVersion: account.version,
    schedule: schedule.position,
    figures: {
      equity: roundUsd(equity, 'equity'),
      initial: roundUsd(call.times(schedule.parameters.initialMultiple), 'requirement'),
      call: roundUsd(call, 'requirement'),
      liquidation: roundUsd(liquidation, 'requirement'),
    },
    clearedHolds,
    collateral,
    positions,
  };
}

export const writeFigures = ({ equity, initial, call, liquidation }: ExactFigures): MarginFigures => ({
  equity: text(equity),
  initial: text(initial),
  call: text(call),
  liquidation: text(liquidation),
});

/** An assessment as it stands in events: every intermediate figure, unrounded. */
export function writeAssessment(assessment: Assessment): AssessmentDetail {
  return {
    accountId: assessment.accountId,
    accountVersion: assessment.accountVersion,
    schedule: assessment.schedule,
    figures: writeFigures(assessment.figures),
    clearedHolds: text(assessment.clearedHolds),
    collateral: assessment.collateral.map(({ asset, amount, price, haircut, worth }): CollateralLine => ({
      asset,
      amount: text(amount),
      price: text(price),
      haircut: text(haircut),
      value: text(worth),
    })),
    positions: assessment.positions.map((position) => ({
      instrument: position.instrument,
      underlying: position.underlying,
      side: position.side,
      quantity: text(position.quantity),
      mark: text(position.mark),
      notional: text(position.notional),
      ownerNotional: text(position.ownerNotional),
      callRate: text(position.callRate),
      liquidationRate: text(position.liquidationRate),
      call: text(position.call),
      liquidation: text(position.liquidation),
      unrealisedPnl: text(position.unrealisedPnl),
    })),
    ...(assessment.portfolio === undefined ? {} : { portfolio: assessment.portfolio }),
  };
}
