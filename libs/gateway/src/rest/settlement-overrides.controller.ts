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

/** Prices at which expiries are delivered instead of the average: proposed by one person, approved by another. */
@ApiTags('house')
@Controller('settlement-overrides')
export class SettlementOverridesController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Settlement prices that persons proposed and approved for expiries to come' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.settlementOverridesView, 'A page, in the order of ids')
  settlementOverrides(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(questions.pricing.settlementOverrides, GLOBAL, wanted, (item) => item.overrideId);
  }

  @Post()
  @ApiOperation({ summary: 'Proposes a settlement price; X-Actor names the person' })
  @Write(contract.settlementOverrideRequest, {
    status: 201,
    answers: contract.commandAnswers.ProposeSettlementOverride,
    says: 'Proposed',
    at: '/settlement-overrides',
  })
  proposeSettlementOverride(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const proposal = parsed(contract.settlementOverrideRequest, body, 'body');
    return this.#execute(request, 'ProposeSettlementOverride', proposal);
  }

  @Post(':overrideId/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('overrideId', contract.identifierForm)
  @Write(contract.settlementOverrideApprovalRequest, {
    status: 201,
    answers: contract.commandAnswers.ApproveSettlementOverride,
    says: 'Approved',
    at: '/settlement-overrides',
  })
  approveSettlementOverride(
    @Req() request: Request,
    @Param('overrideId') overrideId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.settlementOverrideApprovalRequest, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, overrideId, 'overrideId');
    return this.#execute(request, 'ApproveSettlementOverride', { overrideId: id });
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'pricing', partition: GLOBAL, type, body });
  }
}
