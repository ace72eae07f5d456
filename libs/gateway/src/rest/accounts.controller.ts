import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import type { AccountDecision } from '@ballast/contracts';
import type { AccountId } from '@ballast/kernel';
import { questions } from '@ballast/services';
import type { RiskSurvey } from '../history/risk-survey.js';
import { AccountList } from './account-list.js';
import { accountView, unknownAccount } from './account-views.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { SURVEY } from './present-house.js';
import { Answers, InPath, InQuery, Takes, Write } from './open-api.js';
import { checkBeforeTrade } from './pre-trade-check.js';
import { parsed, Problem } from './problem.js';
import { endOf } from './past-moment.js';
import { pastWhatIf, whatIf } from './what-if.js';
import { executed, type AcceptedAnswer } from './write-request.js';

@ApiTags('accounts')
@Controller('accounts')
export class AccountsController {
  readonly #list: AccountList;

  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(SURVEY) survey: RiskSurvey,
  ) {
    this.#list = new AccountList(clearing, survey);
  }

  @Post()
  @ApiOperation({ summary: 'Opens an account' })
  @Write(contract.openAccountRequest, {
    status: 201,
    answers: contract.commandAnswers.OpenAccount,
    says: 'Opened',
    at: '/accounts/{accountId}',
  })
  openAccount(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const { accountId } = parsed(contract.openAccountRequest, body, 'body');
    return this.#execute(request, accountId, 'OpenAccount', { accountId });
  }

  @Get()
  @ApiOperation({ summary: 'Accounts with state and figures, sorted and filtered' })
  @InQuery(contract.accountListQuery)
  @Answers(200, contract.accountListPage, 'A page')
  listAccounts(@Query() query: unknown): Promise<object> {
    return this.#list.page(parsed(contract.accountListQuery, query, 'query'));
  }

  @Get(':accountId')
  @ApiOperation({ summary: 'State, collateral, positions and margin of an account' })
  @InPath('accountId', contract.accountIdForm)
  @Answers(200, contract.accountView, 'The account and which events the answer contains')
  account(@Param('accountId') accountId: string): Promise<object> {
    return accountView(this.clearing, formed(accountId));
  }

  @Post(':accountId/standing')
  @ApiOperation({ summary: 'Freezes, releases or closes an account; X-Actor names the person' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.accountStandingRequest, {
    status: 201,
    answers: contract.commandAnswers.ChangeAccountStanding,
    says: 'Changed',
    at: '/accounts/{accountId}',
  })
  changeStanding(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { standing, reason } = parsed(contract.accountStandingRequest, body, 'body');
    return this.#execute(request, account, 'ChangeAccountStanding', { accountId: account, standing, reason });
  }

  @Post(':accountId/margin-model')
  @ApiOperation({ summary: 'Chooses the margin model of an account' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.marginModelRequest, {
    status: 201,
    answers: contract.commandAnswers.ChooseMarginModel,
    says: 'Chosen; margin acts on it from its next run',
    at: '/accounts/{accountId}',
  })
  chooseMarginModel(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { model } = parsed(contract.marginModelRequest, body, 'body');
    return this.#execute(request, account, 'ChooseMarginModel', { accountId: account, model });
  }

  @Post(':accountId/set-off')
  @ApiOperation({ summary: "Agrees that an account answers for its owner's others, or ends that" })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.setOffRequest, {
    status: 201,
    answers: contract.commandAnswers.ChangeSetOffAgreement,
    says: 'Recorded',
    at: '/accounts/{accountId}',
  })
  changeSetOffAgreement(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { answers } = parsed(contract.setOffRequest, body, 'body');
    return this.#execute(request, account, 'ChangeSetOffAgreement', { accountId: account, answers });
  }

  @Post(':accountId/pre-trade-checks')
  @HttpCode(200)
  @ApiOperation({ summary: 'May this order be sent to the book? Nothing is reserved and nothing is stored' })
  @InPath('accountId', contract.accountIdForm)
  @Takes(contract.preTradeCheckRequest)
  @Answers(200, contract.preTradeCheckResponse, 'The answer with the figures before and after')
  async preTradeCheck(@Param('accountId') accountId: string, @Body() body: unknown): Promise<object> {
    const account = formed(accountId);
    const order = parsed(contract.preTradeCheckRequest, body, 'body');
    const partition = this.clearing.partitionOf(account);
    const { isOpen, isCleared } = await this.clearing.ask(
      questions.accounts.tradable,
      partition,
      account,
      order.instrument,
    );
    if (!isOpen) throw unknownAccount(account);
    if (!isCleared) throw new Problem('instrument-unknown', `${order.instrument} is not cleared`);
    return checkBeforeTrade(this.clearing, account, order);
  }

  @Post(':accountId/what-if')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What would margin say, now or at a past moment, with other positions, another model, or after a shock?',
  })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.explanationQuery)
  @Takes(contract.whatIfRequest)
  @Answers(200, contract.whatIfResponse, 'Figures now and then, every scenario and every line')
  async whatIf(@Param('accountId') accountId: string, @Query() query: unknown, @Body() body: unknown): Promise<object> {
    const account = await this.#known(accountId);
    const request = parsed(contract.whatIfRequest, body, 'body');
    const asked = parsed(contract.explanationQuery, query, 'query');
    const end = endOf(asked);
    if (end === undefined) return whatIf(this.clearing, account, request);
    return pastWhatIf(this.clearing, account, request, { asked, end });
  }

  @Get(':accountId/series')
  @ApiOperation({
    summary: 'The account at every margin run, with what happened to it: equity, levels, scalars, fills',
  })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.seriesQuery)
  @Answers(200, contract.accountSeries, 'Recomputed from the logs; decimated with least and greatest kept')
  async accountSeries(@Param('accountId') accountId: string, @Query() query: unknown): Promise<object> {
    const account = await this.#known(accountId);
    const series = await this.clearing.history.series(account, parsed(contract.seriesQuery, query, 'query'));
    // Opened, but margin has not read of it yet.
    if (series === 'account-unknown') throw unknownAccount(account);
    return series;
  }

  @Get(':accountId/decisions')
  @ApiOperation({ summary: 'Margin decisions about an account, newest first' })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.decisionQuery)
  @Answers(200, contract.decisionPage, 'A page; `next` is the `after` of the next one')
  async listDecisions(@Param('accountId') accountId: string, @Query() query: unknown): Promise<object> {
    const account = await this.#known(accountId);
    const { after, limit } = parsed(contract.decisionQuery, query, 'query');
    await this.clearing.upToNow(account);
    // Before they are looked for: what is decided meanwhile may be among them, and need not be.
    const asOf = this.clearing.readToOf('margin', account);
    const before = after === undefined ? undefined : Number(after);
    const found = await this.clearing.decisions.find({ log: 'margin', accountId: account, before, limit: limit + 1 });
    const page = found.slice(0, limit);
    return {
      items: page.map(decisionView),
      next: found.length > limit ? String(page.at(-1)?.position) : null,
      asOf,
    };
  }

  #execute(request: Request, accountId: AccountId, type: string, body: object): Promise<AcceptedAnswer> {
    const partition = this.clearing.partitionOf(accountId);
    return executed(this.clearing, request, { log: 'accounts', partition, type, body });
  }

  /** An account that is open here. */
  async #known(text: string): Promise<AccountId> {
    const accountId = formed(text);
    const partition = this.clearing.partitionOf(accountId);
    if (!(await this.clearing.ask(questions.accounts.isOpen, partition, accountId))) throw unknownAccount(accountId);
    return accountId;
  }
}

const formed = (accountId: string): AccountId => parsed(contract.accountIdForm, accountId, 'accountId');

function decisionView({ log, partition, position, at, type, summary, state, figures }: AccountDecision): object {
  return { log, partition, position, at, type, summary, state, figures };
}
