import type {
  AccountId,
  AssessmentDetail,
  DecimalString,
  InstrumentId,
  MarginFigures,
  PortfolioDetail,
} from '@ballast/facts';
import { dec, ModelInputError, text, ZERO, type Decimal, type Instant } from '@ballast/kernel';
import { requireParameterHash, type ModelResult } from '@ballast/margin-models';
import { marginModelOf } from '@ballast/venue-rules';
import { assessAccount, OWN_MODEL, writeLine } from '../assess/assess.js';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import { writeAssessment, writeFigures, type AssessedAccount } from '../assess/assessment.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import type { ModelInUse } from '../parameters/model-list.js';
import { ordersOfAccount, type AccountOrdersView } from '../orders/orders.queries.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import { movedMarket, type MarketMove } from './moved-market.js';
import { shockedProfits, type ShockedProfit } from './shock-grid.js';

/** A position to be imagined, filled at the mark without a fee. */
export interface ImaginedPosition {
  readonly instrument: InstrumentId;
  /** Contracts, negative = short. */
  readonly quantity: DecimalString;
  /** `replace`: this is then the whole position; `add`: on top of what is held. */
  readonly mode: 'add' | 'replace';
}

export interface WhatIfQuestion {
  readonly accountId: AccountId;
  readonly positions?: readonly ImaginedPosition[];
  /** `<name>@<version>` of a registered model; absent: the one the account is due. The house's own is used with the parameters in force. */
  readonly model?: string;
  /** A parameter document for that model; absent: the model's default. */
  readonly parameters?: unknown;
  /** Content hash that the document was announced under; a document with another one is refused. Absent: not held against any. */
  readonly parametersHash?: string;
  /** Sudden moves to look at; absent: none. */
  readonly shocks?: {
    readonly spotMoves: readonly DecimalString[];
    readonly volatilityShocks: readonly DecimalString[];
  };
}

type Profits = readonly { readonly instrument: InstrumentId; readonly pnl: DecimalString }[];

export interface WhatIfAnswer {
  readonly accountId: AccountId;
  readonly accountVersion: number;
  /** Position of ScheduleInForce in margin global. */
  readonly schedule: number;
  /** The moment that is spoken of: clearing time of the prices of that schedule. */
  readonly asOf: Instant;
  readonly model: string;
  /** Id of the parameter document; `given` when the question brought one. */
  readonly parameters: string;
  /** As the account is assessed now, by the model it is due. */
  readonly before: MarginFigures;
  readonly after: MarginFigures;
  /** What the model values the account at, and its requirement at each of its levels, as it names them. */
  readonly value: DecimalString;
  readonly requirements: Readonly<Record<string, DecimalString>>;
  readonly assessment: AssessmentDetail;
  /** What may still fill in the imagined account, and what that requires beside the figures. */
  readonly orders: AccountOrdersView;
  readonly worstScenario: string | null;
  /** Profit in every scenario of the model, by position, USD. */
  readonly scenarios: readonly { readonly id: string; readonly pnl: DecimalString; readonly byPosition: Profits }[];
  readonly lines: PortfolioDetail['lines'];
  readonly shocks: readonly {
    readonly spotMove: DecimalString;
    readonly volatilityShock: DecimalString;
    readonly pnl: DecimalString;
    readonly byPosition: Profits;
    /** As the account would be assessed after the move; null where it holds an option that the move would change. */
    readonly figures: MarginFigures | null;
  }[];
}

export type WhatIfRefusal = 'account-unknown' | 'no-prices';

/**
 * What would margin say of this account if ... ? Reads the state it is given and changes nothing: the same question on the
 * same state has the same answer, now and rebuilt from the logs years later. A question that imagines nothing is answered by the
 * assessment itself.
 * @throws ModelInputError when the model, its document, a position or a shock can't be used, or it would cost too much
 * @see docs/spec/margin.md CLR-MRG-065
 */
export function whatIf(state: MarginState, question: WhatIfQuestion): WhatIfAnswer | WhatIfRefusal {
  const steps = whatIfInSteps(state, question);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/**
 * The same a piece at a time, so that a large question holds up nobody. All of the state is read in the first step: what changes
 * between two steps changes no figure of the answer.
 */
export function* whatIfInSteps(
  state: MarginState,
  question: WhatIfQuestion,
): Generator<void, WhatIfAnswer | WhatIfRefusal> {
  const account = state.book.find(question.accountId);
  if (account === undefined) return 'account-unknown';
  const assessor = assessorOf(state);
  if (assessor === null) return 'no-prices';
  const { market } = assessor;
  const imagined = (question.positions ?? []).reduce(
    (before, position, i) => withPosition(before, position, i, market),
    state.book.assessed(account),
  );
  const { figures, model, detail, result } = assessor.assessView(imagined, modelAskedFor(question, market));
  const figuresAt = movedFigures(state, imagined, question, market);
  const assessment = detail();
  const whole = result();
  const answer = {
    accountId: account.accountId,
    accountVersion: account.version,
    schedule: market.schedule.position,
    asOf: market.schedule.asOf,
    model,
    parameters: assessment.portfolio.parameters,
    before: writeFigures(assessor.assess(account).figures),
    after: writeFigures(figures),
    ...levelsOf(whole),
    assessment: writeAssessment(assessment),
    orders: ordersOfAccount(state, account.accountId, imagined) as AccountOrdersView,
    worstScenario: whole.worstScenario ?? null,
    scenarios: (whole.scenarios ?? []).map(({ id, pnl, byPosition }) => ({
      id,
      pnl: text(pnl),
      byPosition: byPosition.map((one) => ({ instrument: one.instrument, pnl: text(one.pnl) })),
    })),
    lines: whole.lines.map(writeLine),
  };
  const shocks: WhatIfAnswer['shocks'][number][] = [];
  for (const row of shockRows(question, imagined, market)) {
    for (const point of row) {
      shocks.push({ ...writeProfit(point), figures: figuresAt(point) ?? (isUnmoved(point) ? answer.after : null) });
      yield;
    }
  }
  return { ...answer, shocks };
}

const isUnmoved = ({ spotMove, volatilityShock }: MarketMove): boolean => spotMove.isZero() && volatilityShock.isZero();

/** How an imagined account is assessed after a move, by the state as it is now; null where that is not known. */
function movedFigures(
  state: MarginState,
  imagined: AssessedAccount,
  question: WhatIfQuestion,
  market: AssessmentMarket,
): (move: MarketMove) => MarginFigures | null {
  const account = {
    ...imagined,
    collateral: new Map(imagined.collateral),
    clearedHolds: new Map(imagined.clearedHolds),
    holdings: new Map(imagined.holdings),
    ownerHoldings: imagined.ownerHoldings.map((holdings) => new Map(holdings)),
  };
  const rules = { ...state.rules, inForce: new Map(state.rules.inForce) };
  const known = {
    contracts: new Map(state.contracts),
    deliveries: new Map(state.deliveries),
    collateralHeld: new Map(state.collateralHeld),
  };
  const hasOption = [...account.holdings].some(
    ([id, { quantity }]) => !quantity.isZero() && market.open(id)?.instrument.kind === 'option',
  );
  return (move) => {
    if (hasOption || isUnmoved(move)) return null;
    const moved = movedMarket(market, known, move);
    return writeFigures(assessAccount(account, moved, rules, modelAskedFor(question, moved)).figures);
  };
}

const writeProfit = ({ spotMove, volatilityShock, pnl, byPosition }: ShockedProfit) => ({
  spotMove: text(spotMove),
  volatilityShock: text(volatilityShock),
  pnl: text(pnl),
  byPosition: byPosition.map((one) => ({ instrument: one.instrument, pnl: text(one.pnl) })),
});

function levelsOf({ value, requirements }: ModelResult): Pick<WhatIfAnswer, 'value' | 'requirements'> {
  return {
    value: text(value),
    requirements: Object.fromEntries(Object.entries(requirements).map(([level, amount]) => [level, text(amount)])),
  };
}

function withPosition(
  account: AssessedAccount,
  { instrument, quantity, mode }: ImaginedPosition,
  index: number,
  market: AssessmentMarket,
): AssessedAccount {
  const contract = market.open(instrument);
  if (contract === null) {
    const field = `positions[${index}].instrument`;
    const message = `${field}: ${instrument} has no price; name a contract that is cleared and not expired`;
    throw new ModelInputError('instrument-not-priced', field, message);
  }
  const held = account.holdings.get(instrument)?.quantity ?? ZERO;
  const change = mode === 'add' ? dec(quantity) : dec(quantity).minus(held);
  return filledAccount(account, contract, change, contract.price);
}

/** The model asked for, with the document given, the one in force, or its own; undefined: the one the account is due. */
function modelAskedFor(
  { model: id, parameters, parametersHash }: WhatIfQuestion,
  market: AssessmentMarket,
): ModelInUse | undefined {
  if (id === undefined) {
    if (parameters === undefined && parametersHash === undefined) return undefined;
    throw new ModelInputError('model-missing', 'model', 'model: parameters need the model they are for; name it');
  }
  const model = marginModelOf(id);
  if (parametersHash !== undefined)
    requireParameterHash(parameters ?? model.defaultParameters.document, parametersHash);
  const use = (parametersId: string, read: unknown): ModelInUse => ({
    model,
    parametersId,
    parameters: read,
    floorShare: ZERO,
  });
  if (parameters !== undefined) return use('given', model.readParameters(parameters));
  if (id === OWN_MODEL) return use(market.schedule.parameters.id, market.parameters);
  return use(model.defaultParameters.id, model.readParameters(model.defaultParameters.document));
}

function* shockRows(
  { shocks }: WhatIfQuestion,
  { holdings }: AssessedAccount,
  market: AssessmentMarket,
): Generator<readonly ShockedProfit[]> {
  if (shocks === undefined) return;
  const grid = {
    spotMoves: shocks.spotMoves.map((move) => dec(move)),
    volatilityShocks: shocks.volatilityShocks.map((shock) => dec(shock)),
  };
  requirePossible(grid.spotMoves, (move) => move.gt(-1), 'spotMoves', 'leaves no price above 0; give one above -1');
  requirePossible(grid.volatilityShocks, (shock) => shock.gte(-1), 'volatilityShocks', 'is below -1; give one from -1');
  yield* shockedProfits(holdings, market, grid);
}

function requirePossible(
  steps: readonly Decimal[],
  isPossible: (step: Decimal) => boolean,
  field: string,
  why: string,
): void {
  const wrong = steps.findIndex((step) => !isPossible(step));
  if (wrong < 0) return;
  const path = `shocks.${field}[${wrong}]`;
  throw new ModelInputError('shock-impossible', path, `${path}: ${text(steps[wrong] as Decimal)} ${why}`);
}
