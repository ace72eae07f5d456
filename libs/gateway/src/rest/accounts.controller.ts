import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import * as contract from '@ballast/contracts';
import type { AccountDecision } from '@ballast/contracts';
import { compareText, type AccountId } from '@ballast/kernel';
import { questions } from '@ballast/services';
import { accountView, unknownAccount, withdrawalView } from './account-views.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, InQuery, Takes, Write } from './open-api.js';
import { checkBeforeTrade } from './pre-trade-check.js';
import { parsed, Problem } from './problem.js';
import { endOf } from './past-moment.js';
import { pastWhatIf, whatIf } from './what-if.js';
import { answerOf, writeHeaders, type AcceptedAnswer } from './write-request.js';

@ApiTags('accounts')
@AnswersProblems()
@Controller('accounts')
export class AccountsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Opens an account' })
  @Write(contract.openAccountRequest)
  @Answers(201, contract.commandAccepted, 'Opened; `data.accountId`')
  async openAccount(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const { accountId } = parsed(contract.openAccountRequest, body, 'body');
    const answer = await this.#execute(request, accountId, 'OpenAccount', { accountId });
    response.location(`/accounts/${accountId}`);
    return answer;
  }

  @Get()
  @ApiOperation({ summary: 'Accounts in the order of their ids, with state and figures' })
  @InQuery(contract.accountListQuery)
  @Answers(200, contract.accountListPage, 'A page')
  async listAccounts(@Query() query: unknown): Promise<object> {
    const { after, limit } = parsed(contract.accountListQuery, query, 'query');
    const found = await this.clearing.askAll(questions.accounts.accountsAfter, after ?? null, limit + 1);
    const ids = found.flat().sort(compareText);
    const wanted = ids.slice(0, limit);
    const figures = await Promise.all(
      [...new Set(wanted.map((accountId) => this.clearing.partitionOf(accountId)))].map((partition) =>
        this.clearing.ask(
          questions.margin.figures,
          partition,
          wanted.filter((accountId) => this.clearing.partitionOf(accountId) === partition),
        ),
      ),
    );
    const byId = new Map(figures.flat().map((each) => [each.accountId, each]));
    const page = wanted.map((accountId) => ({
      accountId,
      partition: this.clearing.partitionOf(accountId),
      state: byId.get(accountId)?.state ?? null,
      figures: byId.get(accountId)?.figures ?? null,
    }));
    return { accounts: page, next: ids.length > limit ? (page.at(-1)?.accountId ?? null) : null };
  }

  @Get(':accountId')
  @ApiOperation({ summary: 'State, collateral, positions and margin of an account' })
  @InPath('accountId', contract.accountIdForm)
  @Answers(200, contract.accountView, 'The account and which events the answer contains')
  account(@Param('accountId') accountId: string): Promise<object> {
    return accountView(this.clearing, formed(accountId));
  }

  @Post(':accountId/deposits')
  @HttpCode(201)
  @ApiOperation({ summary: 'Credits collateral' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.depositRequest)
  @Answers(201, contract.commandAccepted, 'Booked; `data.depositId`')
  deposit(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { depositId, asset, amount } = parsed(contract.depositRequest, body, 'body');
    return this.#execute(request, account, 'Deposit', { depositId, accountId: account, asset, amount });
  }

  @Post(':accountId/withdrawals')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Holds collateral and asks margin whether it may leave; look at the withdrawal for the outcome',
  })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.withdrawalRequest)
  @Answers(202, contract.commandAccepted, 'Held; `data.withdrawalId`. Its address is in the Location header')
  withdraw(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { withdrawalId, asset, amount } = parsed(contract.withdrawalRequest, body, 'body');
    const content = { withdrawalId, accountId: account, asset, amount };
    return this.#held(response, account, withdrawalId, this.#execute(request, account, 'RequestWithdrawal', content));
  }

  @Post(':accountId/transfers')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Holds collateral and moves it to another account of the owner if margin lets it go',
  })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.transferRequest)
  @Answers(202, contract.commandAccepted, 'Held; `data.transferId`. The Location header says where its outcome stands')
  transfer(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { transferId, to, asset, amount } = parsed(contract.transferRequest, body, 'body');
    const content = { transferId, accountId: account, to, asset, amount };
    return this.#held(response, account, transferId, this.#execute(request, account, 'RequestTransfer', content));
  }

  @Post(':accountId/standing')
  @HttpCode(201)
  @ApiOperation({ summary: 'Freezes, releases or closes an account; X-Actor names the person' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.accountStandingRequest)
  @Answers(201, contract.commandAccepted, 'Changed; `data.standing`')
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
  @HttpCode(201)
  @ApiOperation({ summary: 'Chooses the margin model of an account' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.marginModelRequest)
  @Answers(201, contract.commandAccepted, 'Chosen; `data.model`. Margin acts on it from its next run')
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
  @HttpCode(201)
  @ApiOperation({ summary: "Agrees that an account answers for its owner's others, or ends that" })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.setOffRequest)
  @Answers(201, contract.commandAccepted, 'Recorded; `data.answers`')
  changeSetOffAgreement(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { answers } = parsed(contract.setOffRequest, body, 'body');
    return this.#execute(request, account, 'ChangeSetOffAgreement', { accountId: account, answers });
  }

  @Get(':accountId/withdrawals/:withdrawalId')
  @ApiOperation({ summary: 'How far a withdrawal or a transfer came' })
  @InPath('accountId', contract.accountIdForm)
  @InPath('withdrawalId', contract.identifierForm)
  @Answers(200, contract.withdrawalView, 'held, settled, released or rejected')
  withdrawal(@Param('accountId') accountId: string, @Param('withdrawalId') withdrawalId: string): Promise<object> {
    return withdrawalView(
      this.clearing,
      formed(accountId),
      parsed(contract.identifierForm, withdrawalId, 'withdrawalId'),
    );
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
    const before = after === undefined ? undefined : Number(after);
    const found = await this.clearing.decisions.find({ log: 'margin', accountId: account, before, limit: limit + 1 });
    const page = found.slice(0, limit);
    return {
      accountId: account,
      after: after ?? null,
      limit,
      decisions: page.map(decisionView),
      next: found.length > limit ? String(page.at(-1)?.position) : null,
    };
  }

  #execute(request: Request, accountId: AccountId, type: string, body: object): Promise<AcceptedAnswer> {
    const { id, actor } = writeHeaders(request);
    return this.clearing
      .execute('accounts', this.clearing.partitionOf(accountId), { id, type, body, actor })
      .then((result) => answerOf(id, result));
  }

  /** The answer to money that is held, with the address at which its outcome stands. */
  async #held(
    response: Response,
    account: AccountId,
    id: string,
    executed: Promise<AcceptedAnswer>,
  ): Promise<AcceptedAnswer> {
    const answer = await executed;
    response.location(`/accounts/${account}/withdrawals/${encodeURIComponent(id)}`);
    return answer;
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
