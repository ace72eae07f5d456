import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, Write } from './open-api.js';
import { parsed } from './problem.js';
import { answerOf, writeHeaders, type AcceptedAnswer } from './write-request.js';

/** A booked trade is cancelled by four eyes: one person proposes, another approves. */
@ApiTags('corrections')
@AnswersProblems()
@Controller('corrections')
export class CorrectionsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Proposes to cancel a booked trade; X-Actor names the person' })
  @Write(contract.tradeCorrectionRequest)
  @Answers(201, contract.commandAccepted, 'Proposed; every partition says what it booked of the trade')
  proposeCorrection(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const proposal = parsed(contract.tradeCorrectionRequest, body, 'body');
    return this.#execute(request, 'ProposeTradeCorrection', proposal);
  }

  @Post(':correctionId/approvals')
  @HttpCode(201)
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('correctionId', contract.identifierForm)
  @Write(contract.tradeCorrectionApproval)
  @Answers(201, contract.commandAccepted, 'Both sides are taken back, and their fees returned')
  approveCorrection(
    @Req() request: Request,
    @Param('correctionId') correctionId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.tradeCorrectionApproval, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, correctionId, 'correctionId');
    return this.#execute(request, 'ApproveTradeCorrection', { correctionId: id });
  }

  async #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    const { id, actor } = writeHeaders(request);
    return answerOf(id, await this.clearing.execute('accounts', GLOBAL, { id, type, body, actor }));
  }
}
