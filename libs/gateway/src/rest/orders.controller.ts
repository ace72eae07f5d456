import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import * as contract from '@ballast/contracts';
import type { AccountId } from '@ballast/kernel';
import { questions } from '@ballast/services';
import { unknownAccount } from './account-views.js';
import { CLEARING, type Admission, type ClearingGateway } from './clearing.gateway.js';
import { streamHeadroom } from './headroom-stream.js';
import { Answers, InPath, InQuery, Streams, Write } from './open-api.js';
import { STREAMS, type OpenStreams } from './open-streams.js';
import { checkBeforeTrade } from './pre-trade-check.js';
import { parsed, Problem } from './problem.js';
import { executed, type AcceptedAnswer } from './write-request.js';

/** Orders of an account: what is open, what is reserved, and what may still be admitted. */
@ApiTags('orders')
@Controller('accounts/:accountId')
export class OrdersController {
  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(STREAMS) private readonly streams: OpenStreams,
  ) {}

  @Get('orders')
  @ApiOperation({ summary: 'Open orders and reservations, and what they require together' })
  @InPath('accountId', contract.accountIdForm)
  @Answers(200, contract.accountOrders, 'Everything that may still fill')
  async openOrders(@Param('accountId') accountId: string): Promise<object> {
    const account = formed(accountId);
    const orders = await this.clearing.ask(questions.margin.orders, this.clearing.partitionOf(account), account);
    if (orders === undefined) throw unknownAccount(account);
    return { accountId: account, ...orders };
  }

  @Get('limits')
  @ApiOperation({ summary: 'Position, concentration and open-interest limits, and how much of each is used' })
  @InPath('accountId', contract.accountIdForm)
  @Answers(200, contract.accountLimits, 'Every limit that bounds the account')
  async accountLimits(@Param('accountId') accountId: string): Promise<object> {
    const account = formed(accountId);
    const limits = await this.clearing.ask(questions.margin.limits, this.clearing.partitionOf(account), account);
    if (limits === undefined) throw unknownAccount(account);
    return { accountId: account, ...limits };
  }

  @Post('reservations')
  @ApiOperation({ summary: 'Checks an order and holds margin for it until it is accepted, released or over' })
  @InPath('accountId', contract.accountIdForm)
  @Write(contract.reservationRequest, {
    status: 201,
    answers: contract.commandAnswers.ReserveMargin,
    says: 'Held; `data.status` says whether it still is',
    at: '/accounts/{accountId}/orders',
  })
  async reserve(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const account = formed(accountId);
    const asked = parsed(contract.reservationRequest, body, 'body');
    return this.#execute(request, account, 'ReserveMargin', { ...asked, accountId: account }, () =>
      this.#refuseOnOldPrices(account, asked),
    );
  }

  @Post('reservations/:reservationId/releases')
  @ApiOperation({ summary: 'Gives back what a reservation holds; one that has ended stays so' })
  @InPath('accountId', contract.accountIdForm)
  @InPath('reservationId', contract.identifierForm)
  @Write(contract.reservationReleaseRequest, {
    status: 201,
    answers: contract.commandAnswers.ReleaseReservation,
    says: 'Ended',
    at: '/accounts/{accountId}/orders',
  })
  releaseReservation(
    @Req() request: Request,
    @Param('accountId') accountId: string,
    @Param('reservationId') reservationId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.reservationReleaseRequest, body ?? {}, 'body');
    const account = formed(accountId);
    const id = parsed(contract.identifierForm, reservationId, 'reservationId');
    return this.#execute(request, account, 'ReleaseReservation', { reservationId: id, accountId: account });
  }

  @Get('headroom')
  @ApiOperation({ summary: 'Stream of what may be admitted without asking; one message at once, then at every change' })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.headroomQuery)
  @Streams('`event: headroom`; data = Headroom', contract.headroomMessage)
  async streamHeadroom(
    @Res() response: Response,
    @Param('accountId') accountId: string,
    @Query() query: unknown,
  ): Promise<void> {
    const account = formed(accountId);
    const { instruments, allowance } = parsed(contract.headroomQuery, query, 'query');
    await streamHeadroom({
      ...{ clearing: this.clearing, streams: this.streams, response, accountId: account },
      instruments: (instruments ?? '').split(',').filter((name) => name !== ''),
      ...(allowance === undefined ? {} : { allowance }),
    });
  }

  /** No new risk on prices that are too old, whatever margin thinks of them; what reduces risk passes. */
  async #refuseOnOldPrices(accountId: AccountId, order: Parameters<typeof checkBeforeTrade>[2]): Promise<void> {
    const trouble = await this.clearing.market.trouble();
    if (trouble === null) return;
    const { allowed } = await checkBeforeTrade(this.clearing, accountId, order);
    if (!allowed) throw new Problem('prices-halted', trouble);
  }

  #execute(
    request: Request,
    accountId: AccountId,
    type: string,
    body: object,
    admit?: Admission,
  ): Promise<AcceptedAnswer> {
    const partition = this.clearing.partitionOf(accountId);
    return executed(this.clearing, request, { log: 'margin', partition, type, body }, admit);
  }
}

const formed = (accountId: string): AccountId => parsed(contract.accountIdForm, accountId, 'accountId');
