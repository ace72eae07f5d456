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

/** Perpetuals that end at a time: proposed by one person, approved by another. */
@ApiTags('house')
@Controller('delistings')
export class DelistingsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Perpetuals that are to end or have ended, and what waits for a second person' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.delistingsView, 'A page, in the order of ids')
  delistings(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(questions.pricing.delistings, GLOBAL, wanted, (item) => item.delistingId);
  }

  @Post()
  @ApiOperation({ summary: 'Proposes that a perpetual ends, or stays after all; X-Actor names the person' })
  @Write(contract.delistingRequest, {
    status: 201,
    answers: contract.commandAnswers.ProposeDelisting,
    says: 'Proposed',
    at: '/delistings',
  })
  proposeDelisting(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    return this.#execute(request, 'ProposeDelisting', parsed(contract.delistingRequest, body, 'body'));
  }

  @Post(':delistingId/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('delistingId', contract.identifierForm)
  @Write(contract.delistingApprovalRequest, {
    status: 201,
    answers: contract.commandAnswers.ApproveDelisting,
    says: 'It takes no new risk from now on, and is settled at its time',
    at: '/delistings',
  })
  approveDelisting(
    @Req() request: Request,
    @Param('delistingId') delistingId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.delistingApprovalRequest, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, delistingId, 'delistingId');
    return this.#execute(request, 'ApproveDelisting', { delistingId: id });
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'pricing', partition: GLOBAL, type, body });
  }
}
