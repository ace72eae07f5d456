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

/** Instruments in which nothing trades: halted by one person at once, resumed by two or at the end that was named. */
@ApiTags('house')
@Controller('instrument-halts')
export class InstrumentHaltsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Instruments that are halted, and what waits for a second person' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.instrumentHaltsView, 'A page, in the order of ids')
  instrumentHalts(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(questions.pricing.instrumentHalts, GLOBAL, wanted, (item) => item.haltId);
  }

  @Post()
  @ApiOperation({ summary: 'Halts an instrument at once; X-Actor names the person' })
  @Write(contract.instrumentHaltRequest, {
    status: 201,
    answers: contract.commandAnswers.HaltInstrument,
    says: 'Halted',
    at: '/instrument-halts',
  })
  haltInstrument(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    return this.#execute(request, 'HaltInstrument', parsed(contract.instrumentHaltRequest, body, 'body'));
  }

  @Post(':haltId/resumption')
  @ApiOperation({ summary: 'Proposes that the instrument trades again; X-Actor names the person' })
  @InPath('haltId', contract.identifierForm)
  @Write(contract.resumptionRequest, {
    status: 201,
    answers: contract.commandAnswers.ProposeResumption,
    says: 'Proposed',
    at: '/instrument-halts',
  })
  proposeResumption(
    @Req() request: Request,
    @Param('haltId') haltId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const { reason } = parsed(contract.resumptionRequest, body, 'body');
    return this.#execute(request, 'ProposeResumption', { haltId: haltOf(haltId), reason });
  }

  @Post(':haltId/resumption/approvals')
  @ApiOperation({ summary: 'Approves that it trades again; X-Actor must be another person than the proposer' })
  @InPath('haltId', contract.identifierForm)
  @Write(contract.resumptionApprovalRequest, {
    status: 201,
    answers: contract.commandAnswers.ApproveResumption,
    says: 'Resumed',
    at: '/instrument-halts',
  })
  approveResumption(
    @Req() request: Request,
    @Param('haltId') haltId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.resumptionApprovalRequest, body ?? {}, 'body');
    return this.#execute(request, 'ApproveResumption', { haltId: haltOf(haltId) });
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'pricing', partition: GLOBAL, type, body });
  }
}

const haltOf = (haltId: string): string => parsed(contract.identifierForm, haltId, 'haltId');
