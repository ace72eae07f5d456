import type { AccountId, PortfolioDetail, Side, Underlying } from '@ballast/facts';
import {
  ASSETS,
  maxOf,
  ModelInputError,
  ONE,
  roundUsd,
  sum,
  text,
  ZERO,
  type Asset,
  type Decimal,
} from '@ballast/kernel';
import type { CollateralHolding, ExplainLine, Figures, ModelResult, Portfolio } from '@ballast/margin-models';
import { sideOf, type Assessment, type ExactFigures, type ExactPosition } from '../assessment/assess.js';
import { DEFAULT_PORTFOLIO_MODEL, modelInUse, type ModelInUse } from './model-choice.js';
import { ownerSizes } from './owner-sizes.js';
import type { PortfolioMarket } from './portfolio-market.js';
import { notionalOf } from './priced-contracts.js';
import { requirementShares, scaledShares, worstScenarios } from './requirement-shares.js';
import { valueHoldings, type Holdings, type ValuedHolding, type ValuedHoldings } from './valued-holdings.js';

/** All of an account that a portfolio assessment reads. */
export interface PortfolioAccount {
  readonly accountId: AccountId;
  readonly version: number;
  /** Everything credited, held money included. An absent asset is zero. */
  readonly collateral: ReadonlyMap<Asset, Decimal>;
  /** Money of cleared withdrawals: no longer equity. */
  readonly clearedHolds: ReadonlyMap<Asset, Decimal>;
  /** Every position, linear perpetuals included. */
  readonly holdings: Holdings;
  /** The owner's choice; null: the default. */
  readonly model: string | null;
  /** What the owner holds in the other accounts. */
  readonly ownerHoldings: readonly Holdings[];
}

/** A portfolio's figures, and on demand all that stands behind them. */
export interface PortfolioAssessment {
  readonly figures: ExactFigures;
  /** Model that decided. */
  readonly model: string;
  /** Every scenario, the shares of the positions and the lines of the sum; costs much more than the figures. */
  readonly detail: () => { readonly assessment: Assessment; readonly result: ModelResult };
}

const FIGURE_DIGITS = 12;

/**
 * Assesses an account that holds more than linear perpetuals, or whose owner chose another model, in exact decimals. The
 * model gets the collateral without cleared holds, the positions at average entry and the market of the schedule; its
 * `value` is the equity. Levels: initial; call and liquidation, or maintenance for both where a model knows no other.
 * A model that isn't registered, or can't margin what is held, is replaced by the default, visibly.
 * @param forced a model to be used whatever the owner chose
 * @param valued what the account holds, where it is valued already
 * @see docs/spec/margin.md
 */
export function assessPortfolio(
  account: PortfolioAccount,
  market: PortfolioMarket,
  forced?: ModelInUse,
  valued: ValuedHoldings = valueHoldings(account.holdings, market),
): PortfolioAssessment {
  const { open: positions, delivered } = valued;
  const portfolio = portfolioOf(account, valued, market);
  const by = (used: ModelInUse): Figures =>
    used === DEFAULT_PORTFOLIO_MODEL
      ? market.figures.of(
          portfolio,
          positions.map(({ figured }) => figured),
        )
      : used.model.assess(portfolio, market.market, used.parameters);
  const { used, result, replaced } = assessByModel(account.model, forced, by);
  const figures = figuresOf(result, positions.length === 0);
  return {
    figures,
    model: used.model.id,
    detail() {
      const whole = used.model.assess(portfolio, market.market, used.parameters);
      const { call, liquidation } = figures;
      const bearing = positions.map(({ contract, held }) => ({
        instrument: contract.instrument.id,
        notional: notionalOf(contract, held.quantity),
      }));
      const calls = requirementShares(bearing, whole, call);
      const liquidations = scaledShares(calls, call, liquidation);
      const sizes = ownerNotionals(account, market);
      return {
        result: whole,
        assessment: {
          accountId: account.accountId,
          accountVersion: account.version,
          schedule: market.schedule.position,
          figures,
          ...collateralOf(account, market, whole),
          positions: positions.map((position) =>
            exactPosition(position, sizes, {
              call: calls.get(position.contract.instrument.id) ?? ZERO,
              liquidation: liquidations.get(position.contract.instrument.id) ?? ZERO,
            }),
          ),
          portfolio: detailOf(used, whole, [...replaced, ...delivered.lines], market),
        },
      };
    },
  };
}

/** Money without a position can't be called: there would be nothing to close out. */
function figuresOf(result: Figures, bare: boolean): ExactFigures {
  const level = (...names: readonly string[]): Decimal =>
    bare ? ZERO : roundUsd(maxOf(requirementOf(result, names), ZERO), 'requirement');
  return {
    equity: roundUsd(result.value, 'equity'),
    initial: level('initial'),
    call: level('call', 'maintenance'),
    liquidation: level('liquidation', 'maintenance'),
  };
}

function portfolioOf(
  account: PortfolioAccount,
  { open, delivered }: ValuedHoldings,
  market: PortfolioMarket,
): Portfolio {
  const residues = open.map((position) => position.residue).filter((residue) => !residue.isZero());
  const residue = sum(residues).plus(delivered.worth);
  const collateral = ASSETS.flatMap((asset): CollateralHolding[] => {
    if (!market.schedule.collateral.has(asset)) return [];
    const net = netOf(account, asset).plus(asset === 'USD' ? residue : ZERO);
    return net.isZero() ? [] : [{ asset, amount: net }];
  });
  return {
    collateral,
    positions: open.map(({ lot }) => lot),
    orders: [],
    ...(account.ownerHoldings.length === 0 ? {} : { ownerSizes: ownerSizes(open, account.ownerHoldings, market) }),
  };
}

const netOf = ({ collateral, clearedHolds }: PortfolioAccount, asset: Asset): Decimal =>
  (collateral.get(asset) ?? ZERO).minus(clearedHolds.get(asset) ?? ZERO);

interface ModelAnswer {
  readonly used: ModelInUse;
  readonly result: Figures;
  /** Why the chosen model isn't the used one. */
  readonly replaced: readonly ExplainLine[];
}

function assessByModel(
  chosen: string | null,
  forced: ModelInUse | undefined,
  by: (used: ModelInUse) => Figures,
): ModelAnswer {
  if (forced !== undefined) return { used: forced, result: by(forced), replaced: [] };
  const byDefault = (code: string): ModelAnswer => ({
    used: DEFAULT_PORTFOLIO_MODEL,
    result: by(DEFAULT_PORTFOLIO_MODEL),
    replaced: chosen === null ? [] : [{ code, subject: chosen, amount: ZERO }],
  });
  // adaptive-linear is the default of accounts with linear perpetuals, and its portfolio form that of all others.
  if (chosen === null || chosen === DEFAULT_PORTFOLIO_MODEL.model.id) return { ...byDefault(''), replaced: [] };
  const used = modelInUse(chosen);
  if (used === null) return byDefault('chosen-model-unknown');
  try {
    return { used, result: by(used), replaced: [] };
  } catch (error) {
    if (!(error instanceof ModelInputError)) throw error;
    return byDefault(`chosen-model-refused:${error.code}`);
  }
}

/** The first level that the model has, of those that mean the same; a model without any requires nothing there. */
function requirementOf({ requirements }: Figures, names: readonly string[]): Decimal {
  const name = names.find((candidate) => requirements[candidate] !== undefined);
  return name === undefined ? ZERO : (requirements[name] as Decimal);
}

/** What each asset counted for; of an asset that the model's lines don't name, by the haircut of the schedule. */
function collateralOf(
  account: PortfolioAccount,
  { schedule }: PortfolioMarket,
  { lines }: ModelResult,
): Pick<Assessment, 'collateral' | 'clearedHolds'> {
  let clearedHolds = ZERO;
  const collateral = ASSETS.flatMap((asset): Assessment['collateral'][number][] => {
    const line = schedule.collateral.get(asset);
    const amount = account.collateral.get(asset) ?? ZERO;
    const held = account.clearedHolds.get(asset) ?? ZERO;
    if (line === undefined || (amount.isZero() && held.isZero())) return [];
    const net = amount.minus(held);
    const counted =
      asset === 'USD' ? undefined : lines.find(({ code, subject }) => isCollateral(code) && subject === asset);
    const unit =
      net.isNegative() || asset === 'USD'
        ? line.price
        : counted === undefined || net.isZero()
          ? line.value
          : counted.amount.div(net);
    clearedHolds = clearedHolds.plus(held.times(unit));
    const haircut = maxOf(ZERO, ONE.minus(unit.div(line.price))).toDecimalPlaces(FIGURE_DIGITS);
    const worth = held.isZero() && counted !== undefined ? counted.amount : amount.times(unit);
    return [{ ...line, value: unit, haircut, amount, worth: worth.toDecimalPlaces(FIGURE_DIGITS) }];
  });
  return { collateral, clearedHolds: clearedHolds.toDecimalPlaces(FIGURE_DIGITS) };
}

const isCollateral = (code: string): boolean => code === 'debt' || code.startsWith('collateral');

function exactPosition(
  { contract, held, worth }: ValuedHolding,
  sizes: OwnerNotionals,
  share: { readonly call: Decimal; readonly liquidation: Decimal },
): ExactPosition {
  const { instrument, underlying, price } = contract;
  const side = sideOf(held.quantity);
  const notional = notionalOf(contract, held.quantity);
  const rate = (requirement: Decimal): Decimal =>
    notional.isZero() ? ZERO : requirement.div(notional).toDecimalPlaces(FIGURE_DIGITS);
  return {
    instrument: instrument.id,
    underlying,
    side,
    quantity: held.quantity,
    mark: price,
    notional,
    ownerNotional: sizes.get(sizeKey(underlying, side)) ?? notional,
    callRate: rate(share.call),
    liquidationRate: rate(share.liquidation),
    call: share.call,
    liquidation: share.liquidation,
    unrealisedPnl: worth,
  };
}

type OwnerNotionals = ReadonlyMap<string, Decimal>;
const sizeKey = (underlying: Underlying, side: Side): string => `${underlying} ${side}`;

/** Sums of the notionals on each side of an underlying over all accounts of the owner, USD: the sizes close-outs are costed at. */
function ownerNotionals({ holdings, ownerHoldings }: PortfolioAccount, market: PortfolioMarket): OwnerNotionals {
  const sizes = new Map<string, Decimal>();
  for (const account of [holdings, ...ownerHoldings]) {
    for (const [id, { quantity }] of account) {
      const contract = quantity.isZero() ? null : market.open(id);
      if (contract === null) continue;
      const key = sizeKey(contract.underlying, sideOf(quantity));
      sizes.set(key, (sizes.get(key) ?? ZERO).plus(notionalOf(contract, quantity)));
    }
  }
  return sizes;
}

/** What a requirement was made of, small enough for an event: positions stand in the assessment already. */
function detailOf(
  { model, parametersId }: ModelInUse,
  result: ModelResult,
  additional: readonly ExplainLine[],
  { arrays }: PortfolioMarket,
): PortfolioDetail {
  const worst = worstScenarios(result).flatMap(({ byPosition }) =>
    byPosition.map(({ instrument, pnl }): ExplainLine => ({
      code: 'worst-scenario',
      subject: instrument,
      amount: pnl,
    })),
  );
  const lines = [...additional, ...result.lines.filter(({ code }) => code !== 'position'), ...worst];
  return {
    model: model.id,
    parameters: parametersId,
    riskArrays: arrays?.number ?? 0,
    worstScenario: result.worstScenario ?? null,
    scenarios: (result.scenarios ?? []).map(({ id, pnl }) => ({ id, pnl: text(roundUsd(pnl, 'neutral')) })),
    lines: lines.map(writeLine),
  };
}

export function writeLine({ code, subject, amount, figures }: ExplainLine): PortfolioDetail['lines'][number] {
  const written = (figure: Decimal): string => text(figure.toDecimalPlaces(FIGURE_DIGITS));
  return {
    code,
    ...(subject === undefined ? {} : { subject }),
    amount: written(amount),
    ...(figures === undefined
      ? {}
      : { figures: Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, written(figure)])) }),
  };
}
