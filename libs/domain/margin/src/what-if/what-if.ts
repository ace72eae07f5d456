import type { AccountId, AssessmentDetail, InstrumentId, MarginFigures, PortfolioDetail } from '@ballast/facts';
import { dec, text, ZERO, ModelInputError, type DecimalString } from '@ballast/kernel';
import { type ModelResult, requireParameterHash } from '@ballast/margin-models';
import { marginModelOf } from '@ballast/venue-rules';
import { writeAssessment, writeFigures } from '../assessment/assess.js';
import { scheduleInForce, type MarginState } from '../margin.state.js';
import { assessPortfolio, writeLine, type PortfolioAccount } from '../portfolio/assess-portfolio.js';
import { filledPortfolio } from '../portfolio/filled-portfolio.js';
import { modelInUse, type ModelInUse } from '../portfolio/model-choice.js';
import { assessmentOf, portfolioAccountOf, portfolioMarketOf } from '../portfolio/portfolio-accounts.js';
import type { PortfolioMarket } from '../portfolio/portfolio-market.js';
import { shockedProfits } from './shock-grid.js';

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
  /** `<name>@<version>` of a registered model; absent: the one the account is due. */
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
  readonly worstScenario: string | null;
  /** Profit in every scenario of the model, by position, USD. */
  readonly scenarios: readonly { readonly id: string; readonly pnl: DecimalString; readonly byPosition: Profits }[];
  readonly lines: PortfolioDetail['lines'];
  readonly shocks: readonly {
    readonly spotMove: DecimalString;
    readonly volatilityShock: DecimalString;
    readonly pnl: DecimalString;
    readonly byPosition: Profits;
  }[];
}

export type WhatIfRefusal = 'account-unknown' | 'no-prices';

/**
 * What would margin say of this account if ... ? Reads the state it is given and changes nothing: the same question on the
 * same state has the same answer, now and rebuilt from the logs years later.
 * @throws ModelInputError when the model, its document, a position or a shock can't be used
 * @see docs/spec/margin.md
 */
export function whatIf(state: MarginState, question: WhatIfQuestion): WhatIfAnswer | WhatIfRefusal {
  const account = state.book.find(question.accountId);
  if (account === undefined) return 'account-unknown';
  const schedule = scheduleInForce(state);
  if (schedule === null) return 'no-prices';
  const market = portfolioMarketOf(state, schedule);
  const imagined = (question.positions ?? []).reduce(
    (before, position, i) => withPosition(before, position, i, market),
    portfolioAccountOf(state, account),
  );
  const used = usedModel(question);
  const { figures, model, detail } = assessPortfolio(imagined, market, used ?? undefined);
  const { assessment, result } = detail();
  return {
    accountId: account.accountId,
    accountVersion: account.version,
    schedule: schedule.position,
    model,
    parameters: assessment.portfolio?.parameters ?? '',
    before: writeFigures(assessmentOf(state, schedule, account).figures),
    after: writeFigures(figures),
    ...levelsOf(result),
    assessment: writeAssessment(assessment),
    worstScenario: result.worstScenario ?? null,
    scenarios: (result.scenarios ?? []).map(({ id, pnl, byPosition }) => ({
      id,
      pnl: text(pnl),
      byPosition: byPosition.map((one) => ({ instrument: one.instrument, pnl: text(one.pnl) })),
    })),
    lines: result.lines.map(writeLine),
    shocks: shocksOf(question, imagined, market),
  };
}

function levelsOf({ value, requirements }: ModelResult): Pick<WhatIfAnswer, 'value' | 'requirements'> {
  return {
    value: text(value),
    requirements: Object.fromEntries(Object.entries(requirements).map(([level, amount]) => [level, text(amount)])),
  };
}

function withPosition(
  account: PortfolioAccount,
  { instrument, quantity, mode }: ImaginedPosition,
  index: number,
  market: PortfolioMarket,
): PortfolioAccount {
  const contract = market.open(instrument);
  if (contract === null) {
    const field = `positions[${index}].instrument`;
    const message = `${field}: ${instrument} has no price; name a contract that is cleared and not expired`;
    throw new ModelInputError('instrument-not-priced', field, message);
  }
  const held = account.holdings.get(instrument)?.quantity ?? ZERO;
  const change = mode === 'add' ? dec(quantity) : dec(quantity).minus(held);
  return filledPortfolio(account, contract, change, contract.price);
}

/** The model asked for, with the document given; null: the one the account is due. */
function usedModel({ model: id, parameters, parametersHash }: WhatIfQuestion): ModelInUse | null {
  if (id === undefined) {
    if (parameters === undefined && parametersHash === undefined) return null;
    throw new ModelInputError('model-missing', 'model', 'model: parameters need the model they are for; name it');
  }
  const model = marginModelOf(id);
  if (parametersHash !== undefined)
    requireParameterHash(parameters ?? model.defaultParameters.document, parametersHash);
  if (parameters === undefined) return modelInUse(id);
  return { model, parametersId: 'given', parameters: model.readParameters(parameters) };
}

function shocksOf(
  { shocks }: WhatIfQuestion,
  { holdings }: PortfolioAccount,
  market: PortfolioMarket,
): WhatIfAnswer['shocks'] {
  if (shocks === undefined) return [];
  const grid = {
    spotMoves: shocks.spotMoves.map((move) => dec(move)),
    volatilityShocks: shocks.volatilityShocks.map((shock) => dec(shock)),
  };
  return shockedProfits(holdings, market, grid).map(({ spotMove, volatilityShock, pnl, byPosition }) => ({
    spotMove: text(spotMove),
    volatilityShock: text(volatilityShock),
    pnl: text(pnl),
    byPosition: byPosition.map((one) => ({ instrument: one.instrument, pnl: text(one.pnl) })),
  }));
}
