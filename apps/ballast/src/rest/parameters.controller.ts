import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import type { MarginGlobalState } from '@ballast/margin-domain';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, Write } from './open-api.js';
import { parsed } from './problem.js';
import { answerOf, writeHeaders, type AcceptedAnswer } from './write-request.js';

/** Margin parameters change by four eyes: one person proposes, another approves. */
@ApiTags('margin parameters')
@AnswersProblems()
@Controller('margin-parameters')
export class ParametersController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'The parameters in force, and the proposals' })
  @Answers(200, contract.parametersView, 'In force from the next price set on')
  inForce(): object {
    const { parameters, parametersInForce, proposals } = this.clearing.house.workerOf<MarginGlobalState>(
      'margin',
      GLOBAL,
    ).state;
    return {
      inForce: parameters.get(parametersInForce) ?? null,
      proposals: [...proposals].map(([proposalId, proposal]) => ({ proposalId, ...proposal })),
    };
  }

  @Post('proposals')
  @HttpCode(201)
  @ApiOperation({ summary: 'Proposes parameters; X-Actor names the person' })
  @Write(contract.parameterProposalRequest)
  @Answers(201, contract.commandAccepted, 'Proposed; `data.proposalId`')
  propose(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    return this.#execute(request, 'ProposeParameters', parsed(contract.parameterProposalRequest, body, 'body'));
  }

  @Post('proposals/:proposalId/approvals')
  @HttpCode(201)
  @ApiOperation({ summary: 'Approves a proposal; X-Actor must be another person than the proposer' })
  @InPath('proposalId', contract.identifierForm)
  @Write(contract.parameterApprovalRequest)
  @Answers(201, contract.commandAccepted, 'In force from the next price set on')
  approve(
    @Req() request: Request,
    @Param('proposalId') proposalId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.parameterApprovalRequest, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, proposalId, 'proposalId');
    return this.#execute(request, 'ApproveParameters', { proposalId: id });
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    const { id, actor } = writeHeaders(request);
    return this.clearing.execute('margin', GLOBAL, { id, type, body, actor }).then((result) => answerOf(id, result));
  }
}
