import type { PortfolioDetail, Side, Underlying } from '@ballast/facts';
import type { HouseRules } from '@ballast/documents';
import {
  InvariantViolation,
  maxOf,
  ModelInputError,
  ONE,
  roundUsd,
  SETTLEMENT_ASSET,
  sum,
  text,
  ZERO,
  type Asset,
  type Decimal,
} from '@ballast/kernel';
import {
  adaptivePortfolio,
  assessHeld,
  type AdaptiveAssessment,
  type CollateralHolding,
  type ExplainLine,
  type FiguredPosition,
  type ModelResult,
  type Portfolio,
} from '@ballast/margin-models';
import { offeredModel, type ModelInUse } from '../parameters/model-list.js';
import type { AssessmentMarket } from './assessment-market.js';
import {
  sideOf,
  type AssessedAccount,
  type Assessment,
  type ExactCollateral,
  type ExactFigures,
  type ExactPosition,
} from './assessment.js';
import { callRequirement, leastInitial } from './call-requirement.js';
import { assessFlat, FLAT_RATE } from './flat-rate.js';
import { ownerSizes } from './owner-sizes.js';
import { notionalOf, type PricedContract } from './priced-contracts.js';
import { freedByClosing, requirementShares, scaledShares, worstScenarios } from './requirement-shares.js';
import { modelledLot, valueHoldings, type ValuedHolding, type ValuedHoldings } from './valued-holdings.js';

/** The house's own model: it decides wherever nobody chose another, and it is what no other asks less than. */
export const OWN_MODEL = adaptivePortfolio.id;

/** Why the model that is due an account did not decide it. */
export interface ModelFailure {
  readonly model: string;
  readonly code: string;
  readonly detail: string;
}

/** An account's figures, and on demand all that stands behind them. */
export interface AccountAssessment {
  readonly figures: ExactFigures;
  /** Model that decided. */
  readonly model: string;
  /** Set when no model could: the flat maximum rate decided. */
  readonly failure: ModelFailure | null;
  /** Every line of the sum and the shares of the positions; costs more than the figures. */
  readonly detail: () => Assessment;
  /** As the model itself says it, every scenario included. */
  readonly result: () => ModelResult;
}

/** What has decided, before the parts that every account shares are added. */
interface Decided {
  readonly figures: ExactFigures;
  readonly model: string;
  readonly parameters: string;
  readonly failure: ModelFailure | null;
  readonly result: () => ModelResult;
  /** The same as far as an event tells it, where that is less. */
  readonly told?: () => ModelResult;
  /** Shares of the maintenance requirement by position, where the decision says so itself. */
  readonly shares?: readonly Decimal[];
}

/**
 * Assesses an account in exact decimals: the one way of margin runs, checks, withdrawals, what-if, explanation and liquidation.
 * Which model decides is answered here and nowhere else:
 *   1. a model that is asked for (what-if);
 *   2. the owner's choice, if the list in force offers it to the owner and it can margin what is held; at no level it asks less
 *      than its floor, a share of what the house's own model asks;
 *   3. the house's own model, on the parameters in force;
 *   4. if that fails, the flat maximum rate, so that no account ever stops a partition.
 * Without a position and without a debt nothing is required: there would be nothing to close out and nothing to take.
 * @param asked a model to be used whatever the owner chose
 * @param valued what the account holds, where it is valued already
 * @see docs/spec/margin.md CLR-MRG-037, CLR-MRG-060 to CLR-MRG-064
 */
export function assessAccount(
  account: AssessedAccount,
  market: AssessmentMarket,
  rules: HouseRules,
  asked?: ModelInUse,
  valued: ValuedHoldings = valueHoldings(account.holdings, market),
): AccountAssessment {
  const lines: ExplainLine[] = [...valued.delivered.lines];
  const decided =
    asked === undefined
      ? byChoice(account, valued, market, rules, lines)
      : byModel(asked, account, valued, market, NO_FLOOR);
  return {
    figures: decided.figures,
    model: decided.model,
    failure: decided.failure,
    result: decided.result,
    detail: () => detailOf(decided, account, valued, market, lines),
  };
}

/** The owner's choice where it may decide, else the house's own model, else the flat rate. */
function byChoice(
  account: AssessedAccount,
  valued: ValuedHoldings,
  market: AssessmentMarket,
  rules: HouseRules,
  lines: ExplainLine[],
): Decided {
  const { model: chosen, accountId } = account;
  const own = byOwnOrFlat(account, valued, market);
  if (chosen === null || chosen === OWN_MODEL || own.failure !== null) return own;
  const offered = offeredModel(rules, chosen, accountId);
  const replaced = (code: string): Decided => {
    lines.push({ code, subject: chosen, amount: ZERO });
    return own;
  };
  if (typeof offered === 'string') return replaced(offered);
  try {
    return byModel(offered, account, valued, market, floorOf(own, offered.floorShare));
  } catch (error) {
    return replaced(`chosen-model-refused:${codeOfFailure(error)}`);
  }
}

type Floor = Pick<ExactFigures, 'initial' | 'call' | 'maintenance' | 'liquidation'>;

/** Of a model that is only asked about. */
const NO_FLOOR: Floor = { initial: ZERO, call: ZERO, maintenance: ZERO, liquidation: ZERO };

/** Share of the own model's requirements that no choice goes below. */
function floorOf(own: Decided, share: Decimal): Floor {
  const of = (level: keyof Floor): Decimal => roundUsd(own.figures[level].times(share), 'requirement');
  return { initial: of('initial'), call: of('call'), maintenance: of('maintenance'), liquidation: of('liquidation') };
}

function byOwnOrFlat(account: AssessedAccount, valued: ValuedHoldings, market: AssessmentMarket): Decided {
  try {
    return byOwn(account, valued, market);
  } catch (error) {
    const code = codeOfFailure(error);
    return byFlatRate(account, valued, market, { model: OWN_MODEL, code, detail: (error as Error).message });
  }
}

/** Why a model could not assess. @throws whatever is no answer of a model */
function codeOfFailure(error: unknown): string {
  if (error instanceof ModelInputError) return error.code;
  if (error instanceof InvariantViolation) return 'invariant-violated';
  throw error;
}

/** The house's own model: float64 says the cents where an account holds options and its bound leaves only one possible. */
function byOwn(account: AssessedAccount, valued: ValuedHoldings, market: AssessmentMarket): Decided {
  const held = valued.open.map(({ figured }) => figured);
  const collateral = collateralOf(account, market, valued.delivered.worth);
  const book = { collateral, held, ...ownerSizes(account, valued.open, market) };
  const whole = lazily(() => assessHeld(book, market.market, market.parameters));
  const quick = held.some(({ exposure }) => exposure.option !== null) ? market.figures.of(book) : whole();
  return {
    figures: exactFigures(quick.value, quick.requirements, isRequired(account, valued, market), market),
    model: OWN_MODEL,
    parameters: market.schedule.parameters.id,
    failure: null,
    result: () => whole().result(),
    ...(isOneLinear(held, collateral) ? { told: () => withoutScenarios(whole()) } : {}),
  };
}

/** Equity as the house's own model has it, USD: rounded down to the cent. */
export const ownEquity = (
  account: AssessedAccount,
  { open, delivered }: ValuedHoldings,
  market: AssessmentMarket,
): Decimal => market.figures.equityOf(collateralOf(account, market, delivered.worth), open);

/** One position without coins that is straight in its price bears all of the requirement, and its range says all that its scenarios would. */
const isOneLinear = (held: readonly FiguredPosition[], collateral: readonly CollateralHolding[]): boolean =>
  held.length === 1 && held[0]?.exposure.option === null && collateral.every(({ asset }) => asset === SETTLEMENT_ASSET);

const withoutScenarios = ({ value, requirements, lines, worstScenario }: AdaptiveAssessment): ModelResult => ({
  value,
  requirements,
  lines: lines(),
  ...(worstScenario === null ? {} : { worstScenario }),
});

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * Any other model: it gets positions at average entry, and what books and entry prices differ by as money. Its initial level is at
 * least so far above the call that nobody is called for what he was just allowed, as the parameters see to for the house's own.
 */
function byModel(
  { model, parametersId, parameters }: ModelInUse,
  account: AssessedAccount,
  valued: ValuedHoldings,
  market: AssessmentMarket,
  floor: Floor,
): Decided {
  const lots = valued.open.map(modelledLot);
  const residue = sum(lots.map((lot) => lot.residue)).plus(valued.delivered.worth);
  const portfolio: Portfolio = {
    collateral: collateralOf(account, market, residue),
    positions: lots.map(({ lot }) => lot),
    orders: [],
    ...ownerSizes(account, valued.open, market),
  };
  const result = model.assess(portfolio, market.market, parameters);
  const asked = exactFigures(result.value, result.requirements, isRequired(account, valued, market), market);
  return {
    figures: {
      equity: asked.equity,
      initial: maxOf(asked.initial, floor.initial, model.id === OWN_MODEL ? ZERO : leastInitial(asked.call)),
      call: maxOf(asked.call, floor.call),
      maintenance: maxOf(asked.maintenance, floor.maintenance),
      liquidation: maxOf(asked.liquidation, floor.liquidation),
    },
    model: model.id,
    parameters: parametersId,
    failure: null,
    result: () => result,
  };
}

function byFlatRate(
  account: AssessedAccount,
  valued: ValuedHoldings,
  market: AssessmentMarket,
  failure: ModelFailure,
): Decided {
  const { figures, requirements, lines } = assessFlat(account, valued, market);
  const { initial, maintenance, liquidation } = figures;
  return {
    figures,
    model: FLAT_RATE,
    parameters: market.schedule.parameters.id,
    failure,
    shares: requirements,
    result: () => ({
      value: figures.equity,
      requirements: { initial, maintenance, liquidation },
      lines: [{ code: `model-failed:${failure.code}`, subject: failure.model, amount: ZERO }, ...lines],
    }),
  };
}

/**
 * Who holds a position may lose by it; who owes may lose what his debt is secured by. Whoever only owns is required nothing.
 * @see docs/spec/margin.md CLR-MRG-067
 */
const isRequired = (account: AssessedAccount, { open, delivered }: ValuedHoldings, market: AssessmentMarket): boolean =>
  open.length > 0 || collateralOf(account, market, delivered.worth).some(({ amount }) => amount.isNegative());

/** Levels by name: maintenance stands for liquidation where a model knows no other; a model without any asks nothing there. */
function exactFigures(
  value: Decimal,
  requirements: Readonly<Record<string, Decimal>>,
  isRequired: boolean,
  { schedule }: AssessmentMarket,
): ExactFigures {
  const level = (...names: readonly string[]): Decimal => {
    const name = isRequired ? names.find((candidate) => requirements[candidate] !== undefined) : undefined;
    return name === undefined ? ZERO : roundUsd(maxOf(requirements[name] as Decimal, ZERO), 'requirement');
  };
  const maintenance = level('maintenance');
  return {
    equity: roundUsd(value, 'equity'),
    initial: level('initial'),
    call: callRequirement(maintenance, schedule.parameters),
    maintenance,
    liquidation: level('liquidation', 'maintenance'),
  };
}

function netOf({ collateral, clearedHolds }: AssessedAccount, asset: Asset): Decimal {
  const amount = collateral.get(asset) ?? ZERO;
  const held = clearedHolds.get(asset);
  return held === undefined ? amount : amount.minus(held);
}

/** What is left after cleared withdrawals, of the assets that the schedule prices, and money beside it. */
function collateralOf(
  account: AssessedAccount,
  { schedule }: AssessmentMarket,
  money: Decimal,
): readonly CollateralHolding[] {
  const holdings: CollateralHolding[] = [];
  for (const asset of schedule.prices.keys()) {
    const own = netOf(account, asset);
    const net = asset === SETTLEMENT_ASSET ? own.plus(money) : own;
    if (!net.isZero()) holdings.push({ asset, amount: net });
  }
  return holdings;
}

const FIGURE_DIGITS = 12;
const twelveDigits = (value: Decimal): Decimal =>
  value.decimalPlaces() <= FIGURE_DIGITS ? value : value.toDecimalPlaces(FIGURE_DIGITS);

function detailOf(
  decided: Decided,
  account: AssessedAccount,
  valued: ValuedHoldings,
  market: AssessmentMarket,
  additional: readonly ExplainLine[],
): Assessment {
  const result = (decided.told ?? decided.result)();
  const { maintenance, liquidation } = decided.figures;
  const shares = sharesOf(decided, valued, result);
  const liquidations = scaledShares(shares, maintenance, liquidation);
  const freed = freedByClosing(new Set(shares.keys()), result, maintenance);
  const sizes = ownerNotionals(account, valued, market);
  return {
    accountId: account.accountId,
    accountVersion: account.version,
    schedule: market.schedule.position,
    figures: decided.figures,
    ...collateralLines(account, market, result),
    positions: valued.open.map((position) => {
      const { id } = position.contract.instrument;
      const levels = { maintenance: shares.get(id) ?? ZERO, liquidation: liquidations.get(id) ?? ZERO };
      return exactPosition(position, sizes, { ...levels, freedByClosing: freed?.get(id) });
    }),
    portfolio: portfolioDetail(decided, result, additional, valued, market),
  };
}

function sharesOf(
  { shares, figures }: Decided,
  { open }: ValuedHoldings,
  result: ModelResult,
): ReadonlyMap<string, Decimal> {
  const [first, ...others] = open;
  if (shares !== undefined) return new Map(open.map(({ contract }, i) => [contract.instrument.id, shares[i] ?? ZERO]));
  if (first !== undefined && others.length === 0) return new Map([[first.contract.instrument.id, figures.maintenance]]);
  const bearing = open.map(({ contract, notional }) => ({ instrument: contract.instrument.id, notional }));
  return requirementShares(bearing, result, figures.maintenance);
}

/** What each asset counted for; of an asset that the model's lines don't name, in full. */
function collateralLines(
  account: AssessedAccount,
  { schedule }: AssessmentMarket,
  { lines }: ModelResult,
): Pick<Assessment, 'collateral' | 'clearedHolds'> {
  let clearedHolds = ZERO;
  const collateral = [...schedule.prices].flatMap(([asset, price]): ExactCollateral[] => {
    const amount = account.collateral.get(asset) ?? ZERO;
    const held = account.clearedHolds.get(asset) ?? ZERO;
    if (amount.isZero() && held.isZero()) return [];
    const net = netOf(account, asset);
    const counted = lines.find(({ code, subject }) => isCollateral(code) && subject === asset);
    const inFull = asset === SETTLEMENT_ASSET || net.isNegative() || net.isZero() || counted === undefined;
    const unit = inFull ? price : counted.amount.div(net);
    if (!held.isZero()) clearedHolds = clearedHolds.plus(held.times(unit));
    const haircut = inFull ? ZERO : twelveDigits(maxOf(ZERO, ONE.minus(unit.div(price))));
    const worth = !inFull && held.isZero() ? counted.amount : amount.times(unit);
    return [{ asset, amount, price, haircut, worth: twelveDigits(worth) }];
  });
  return { collateral, clearedHolds: twelveDigits(clearedHolds) };
}

const isCollateral = (code: string): boolean => code === 'debt' || code.startsWith('collateral');

function exactPosition(
  { contract, held, worth, notional }: ValuedHolding,
  sizes: OwnerNotionals,
  { maintenance, liquidation, freedByClosing }: Pick<ExactPosition, 'maintenance' | 'liquidation' | 'freedByClosing'>,
): ExactPosition {
  const { instrument, underlying, price } = contract;
  const side = sideOf(held.quantity);
  const rate = (requirement: Decimal): Decimal => (notional.isZero() ? ZERO : twelveDigits(requirement.div(notional)));
  const maintenanceRate = rate(maintenance);
  return {
    instrument: instrument.id,
    underlying,
    side,
    quantity: held.quantity,
    mark: price,
    notional,
    ownerNotional: sizes.get(sizeKey(underlying, side)) ?? notional,
    maintenanceRate,
    liquidationRate: liquidation.eq(maintenance) ? maintenanceRate : rate(liquidation),
    maintenance,
    freedByClosing,
    liquidation,
    unrealisedPnl: worth,
  };
}

type OwnerNotionals = ReadonlyMap<string, Decimal>;
const sizeKey = (underlying: Underlying, side: Side): string => `${underlying} ${side}`;

/** Sums of the notionals on each side of an underlying over all accounts of the owner, USD: the sizes close-outs are costed at. */
function ownerNotionals(
  { ownerHoldings }: AssessedAccount,
  { open }: ValuedHoldings,
  market: AssessmentMarket,
): OwnerNotionals {
  const sizes = new Map<string, Decimal>();
  const add = ({ underlying }: PricedContract, quantity: Decimal, notional: Decimal): void => {
    const key = sizeKey(underlying, sideOf(quantity));
    const before = sizes.get(key);
    sizes.set(key, before === undefined ? notional : before.plus(notional));
  };
  for (const { contract, held, notional } of open) add(contract, held.quantity, notional);
  for (const other of ownerHoldings) {
    for (const [id, { quantity }] of other) {
      const contract = quantity.isZero() ? null : market.open(id);
      if (contract !== null) add(contract, quantity, notionalOf(contract, quantity));
    }
  }
  return sizes;
}

/** Lines that say nothing when they are zero. */
const SILENT_AT_ZERO: ReadonlySet<string> = new Set(['price-confidence', 'open-orders']);

/** What a requirement was made of, small enough for an event: positions stand in the assessment already. */
function portfolioDetail(
  { model, parameters }: Decided,
  result: ModelResult,
  additional: readonly ExplainLine[],
  { open }: ValuedHoldings,
  { arrays }: AssessmentMarket,
): PortfolioDetail {
  const withOptions = new Set(
    open.flatMap(({ contract: { instrument } }) => (instrument.kind === 'option' ? [instrument.underlying] : [])),
  );
  // The ends of a linear range say no more than its rates.
  const isTold = (scenario: string): boolean => {
    const group = scenario.slice(0, Math.max(scenario.indexOf(':'), 0));
    return model !== OWN_MODEL || withOptions.has(group);
  };
  const worst = worstScenarios(result)
    .filter(({ id }) => isTold(id))
    .flatMap(({ byPosition }) =>
      byPosition.map(({ instrument, pnl }): ExplainLine => ({
        code: 'worst-scenario',
        subject: instrument,
        amount: pnl,
      })),
    );
  const own = result.lines.filter(
    ({ code, amount }) => code !== 'position' && !(SILENT_AT_ZERO.has(code) && amount.isZero()),
  );
  return {
    lines: [...additional, ...own, ...worst].map(writeLine),
    model,
    parameters,
    riskArrays: open.some(({ contract }) => contract.risk !== null) ? (arrays?.number ?? 0) : 0,
    scenarios: (result.scenarios ?? [])
      .filter(({ id }) => isTold(id))
      .map(({ id, pnl }) => ({ id, pnl: text(roundUsd(pnl, 'neutral')) })),
    worstScenario: result.worstScenario ?? null,
  };
}

type WrittenLine = PortfolioDetail['lines'][number];

/** A line as events tell it, keys in their canonical order. */
export function writeLine({ code, subject, amount, figures }: ExplainLine): WrittenLine {
  const line: { -readonly [Key in keyof WrittenLine]: WrittenLine[Key] } = { amount: written(amount), code };
  if (figures !== undefined) line.figures = writeFiguresOf(figures);
  if (subject !== undefined) line.subject = subject;
  return line;
}

/** A copy whose fields are replaced: growing a record field by field takes several times as long. */
function writeFiguresOf(figures: NonNullable<ExplainLine['figures']>): Readonly<Record<string, string>> {
  const texts: Record<string, Decimal | string> = { ...figures };
  for (const name of Object.keys(figures)) texts[name] = written(figures[name] as Decimal);
  return texts as Record<string, string>;
}

const written = (figure: Decimal): string => text(twelveDigits(figure));
