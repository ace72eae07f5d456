import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import type { AccountId } from '@ballast/kernel';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Movements } from './movements.js';
import { Answers, InPath, InQuery, Write } from './open-api.js';
import { parsed } from './problem.js';
import { executed, type AcceptedAnswer } from './write-request.js';

/** Money into an account, out of it and to others of its owner. */
@ApiTags('accounts')
@Controller('accounts/:accountId')
export class MovementsController {
  readonly #movements: Movements;

  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {
    this.#movements = new Movements(clearing);
  }

  @Post('deposits')
  @ApiOperation({ summary: 'Credits collateral' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.depositRequest, {
    status: 201,
    answers: contract.commandAnswers.Deposit,
    says: 'Booked',
    at: '/accounts/{accountId}/deposits/{depositId}',
  })
  deposit(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { depositId, asset, amount } = parsed(contract.depositRequest, body, 'body');
    return this.#execute(request, account, 'Deposit', { depositId, accountId: account, asset, amount });
  }

  @Post('withdrawals')
  @ApiOperation({
    summary: 'Holds collateral and asks margin whether it may leave; look at the withdrawal for the outcome',
  })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.withdrawalRequest, {
    status: 202,
    answers: contract.commandAnswers.RequestWithdrawal,
    says: 'Held; margin decides',
    at: '/accounts/{accountId}/withdrawals/{withdrawalId}',
  })
  withdraw(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { withdrawalId, asset, amount } = parsed(contract.withdrawalRequest, body, 'body');
    const content = { withdrawalId, accountId: account, asset, amount };
    return this.#execute(request, account, 'RequestWithdrawal', content);
  }

  @Post('transfers')
  @ApiOperation({
    summary: 'Holds collateral and moves it to another account of the owner if margin lets it go',
  })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.transferRequest, {
    status: 202,
    answers: contract.commandAnswers.RequestTransfer,
    says: 'Held; margin decides',
    at: '/accounts/{accountId}/withdrawals/{transferId}',
  })
  transfer(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const { transferId, to, asset, amount } = parsed(contract.transferRequest, body, 'body');
    const content = { transferId, accountId: account, to, asset, amount };
    return this.#execute(request, account, 'RequestTransfer', content);
  }

  @Get('deposits')
  @ApiOperation({ summary: 'Deposits of an account, newest first' })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.movementsQuery)
  @Answers(200, contract.depositsPage, 'A page')
  listDeposits(@Param('accountId') accountId: string, @Query() query: unknown): Promise<object> {
    return this.#movements.deposits(formed(accountId), pageOf(query));
  }

  @Get('deposits/:depositId')
  @ApiOperation({ summary: 'A deposit as it was booked' })
  @InPath('accountId', contract.accountIdForm)
  @InPath('depositId', contract.identifierForm)
  @Answers(200, contract.depositView, 'With its place in the log')
  depositBooked(@Param('accountId') accountId: string, @Param('depositId') depositId: string): Promise<object> {
    return this.#movements.deposit(formed(accountId), parsed(contract.identifierForm, depositId, 'depositId'));
  }

  @Get('withdrawals')
  @ApiOperation({ summary: 'Withdrawals of an account and transfers from it, newest first' })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.movementsQuery)
  @Answers(200, contract.withdrawalsPage, 'A page')
  listWithdrawals(@Param('accountId') accountId: string, @Query() query: unknown): Promise<object> {
    return this.#movements.withdrawals(formed(accountId), pageOf(query));
  }

  @Get('withdrawals/:withdrawalId')
  @ApiOperation({ summary: 'How far a withdrawal or a transfer came' })
  @InPath('accountId', contract.accountIdForm)
  @InPath('withdrawalId', contract.identifierForm)
  @Answers(200, contract.withdrawalView, 'held, settled, released or rejected')
  withdrawal(@Param('accountId') accountId: string, @Param('withdrawalId') withdrawalId: string): Promise<object> {
    const id = parsed(contract.identifierForm, withdrawalId, 'withdrawalId');
    return this.#movements.withdrawal(formed(accountId), id);
  }

  #execute(request: Request, accountId: AccountId, type: string, body: object): Promise<AcceptedAnswer> {
    const partition = this.clearing.partitionOf(accountId);
    return executed(this.clearing, request, { log: 'accounts', partition, type, body });
  }
}

const formed = (accountId: string): AccountId => parsed(contract.accountIdForm, accountId, 'accountId');

function pageOf(query: unknown): { readonly before: number | undefined; readonly limit: number } {
  const { after, limit } = parsed(contract.movementsQuery, query, 'query');
  return { before: after === undefined ? undefined : Number(after), limit };
}
