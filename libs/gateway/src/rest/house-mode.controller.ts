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

/** What the house does at all: less by one person at once, more by two. */
@ApiTags('house')
@Controller('house-mode')
export class HouseModeController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'What the house does at all' })
  @Answers(200, contract.houseModeView, 'The mode in force')
  houseMode(): Promise<object> {
    return this.clearing.ask(questions.pricing.houseMode, GLOBAL);
  }

  @Get('proposals')
  @ApiOperation({ summary: 'What the house is to do again and waits for a second person' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.houseModeProposalsPage, 'A page, in the order of ids')
  houseModeProposals(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(questions.pricing.houseModeProposals, GLOBAL, wanted, (item) => item.proposalId);
  }

  @Post()
  @ApiOperation({ summary: 'The switch: less at once, or a proposal of more; X-Actor names the person' })
  @Write(contract.houseModeRequest, {
    status: 201,
    answers: contract.commandAnswers.ChangeHouseMode,
    says: 'Changed or proposed; `data.status` says which',
    at: '/house-mode',
  })
  changeHouseMode(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    return this.#execute(request, 'ChangeHouseMode', parsed(contract.houseModeRequest, body, 'body'));
  }

  @Post('proposals/:proposalId/approvals')
  @ApiOperation({
    summary: 'Approves that the house does more again; X-Actor must be another person than the proposer',
  })
  @InPath('proposalId', contract.identifierForm)
  @Write(contract.houseModeApprovalRequest, {
    status: 201,
    answers: contract.commandAnswers.ApproveHouseMode,
    says: 'Changed',
    at: '/house-mode',
  })
  approveHouseMode(
    @Req() request: Request,
    @Param('proposalId') proposalId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.houseModeApprovalRequest, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, proposalId, 'proposalId');
    return this.#execute(request, 'ApproveHouseMode', { proposalId: id });
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'pricing', partition: GLOBAL, type, body });
  }
}
