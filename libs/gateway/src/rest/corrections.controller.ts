import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { questions } from '@ballast/services';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName } from './list-page.js';
import { Answers, InPath, InQuery, Write } from './open-api.js';
import { parsed } from './problem.js';
import { executed, type AcceptedAnswer } from './write-request.js';

/** A booked trade is cancelled by four eyes: one person proposes, another approves, or a person gives it up. */
@ApiTags('corrections')
@Controller('corrections')
export class CorrectionsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Trades that persons asked to cancel, and what the partitions booked of them' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.correctionsView, 'A page, in the order of ids')
  corrections(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(
      questions.fund.corrections,
      GLOBAL,
      wanted,
      (item) => item.correctionId,
      this.clearing.partitions,
    );
  }

  @Post()
  @ApiOperation({ summary: 'Proposes to cancel a booked trade; X-Actor names the person' })
  @Write(contract.tradeCorrectionRequest, {
    status: 201,
    answers: contract.commandAnswers.ProposeTradeCorrection,
    says: 'Proposed; every partition says what it booked of the trade',
    at: '/corrections',
  })
  proposeCorrection(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const proposal = parsed(contract.tradeCorrectionRequest, body, 'body');
    return this.#execute(request, 'ProposeTradeCorrection', proposal);
  }

  @Post(':correctionId/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('correctionId', contract.identifierForm)
  @Write(contract.tradeCorrectionApproval, {
    status: 202,
    answers: contract.commandAnswers.ApproveTradeCorrection,
    says: 'Every partition takes its sides back, and returns their fees',
    at: '/corrections',
  })
  approveCorrection(
    @Req() request: Request,
    @Param('correctionId') correctionId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.tradeCorrectionApproval, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, correctionId, 'correctionId');
    return this.#execute(request, 'ApproveTradeCorrection', { correctionId: id });
  }

  @Post(':correctionId/withdrawals')
  @ApiOperation({ summary: 'Gives it up; X-Actor names the person' })
  @InPath('correctionId', contract.identifierForm)
  @Write(contract.tradeCorrectionWithdrawal, {
    status: 201,
    answers: contract.commandAnswers.WithdrawTradeCorrection,
    says: 'The trade stands',
    at: '/corrections',
  })
  withdrawCorrection(
    @Req() request: Request,
    @Param('correctionId') correctionId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const withdrawal = parsed(contract.tradeCorrectionWithdrawal, body, 'body');
    const id = parsed(contract.identifierForm, correctionId, 'correctionId');
    return this.#execute(request, 'WithdrawTradeCorrection', { correctionId: id, ...withdrawal });
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'accounts', partition: GLOBAL, type, body });
  }
}
