import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { questions } from '@ballast/services';
import { GLOBAL, type HouseDocument } from '@ballast/event-sourcing';
import type { Instant } from '@ballast/kernel';
import { asOfTold, CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName, byPosition, pageByName } from './list-page.js';
import { Answers, InPath, InQuery, Write } from './open-api.js';
import { parsed } from './problem.js';
import { executed, type AcceptedAnswer } from './write-request.js';

/** Rules of a service change by four eyes: one person proposes, another reads all of it and approves. */
@ApiTags('rules')
@Controller('rules')
export class DocumentsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get(':service')
  @ApiOperation({ summary: 'The rules in force, now or then' })
  @InPath('service', contract.ruledServiceForm)
  @InQuery(contract.pastListQuery)
  @Answers(200, contract.documentsPage, 'A page, with all of their figures')
  async rules(@Param('service') service: string, @Query() query: unknown): Promise<object> {
    const { at, ...asked } = parsed(contract.pastListQuery, query, 'query');
    const { answer, asOf } = await this.#standing(service, at);
    return { ...pageByName(answer.inForce.map(figuresOf), nameOfDocument, byName(asked)), asOf };
  }

  @Get(':service/proposals')
  @ApiOperation({ summary: 'What the open proposals would change, now or then' })
  @InPath('service', contract.ruledServiceForm)
  @InQuery(contract.pastListQuery)
  @Answers(200, contract.documentProposalsPage, 'A page, with all of their figures, in the order of ids')
  async ruleProposals(@Param('service') service: string, @Query() query: unknown): Promise<object> {
    const { at, ...asked } = parsed(contract.pastListQuery, query, 'query');
    const { answer, asOf } = await this.#standing(service, at);
    const proposals = answer.proposals.map(({ document, proposalId, proposer, reason, replaces, changes }) => ({
      ...{ proposalId, proposer, reason },
      ...figuresOf(document),
      ...{ replaces, changes },
    }));
    return { ...pageByName(proposals, ({ proposalId }) => proposalId, byName(asked)), asOf };
  }

  @Get(':service/history')
  @ApiOperation({ summary: 'What established, proposed and approved the rules, by whom and why' })
  @InPath('service', contract.ruledServiceForm)
  @InQuery(contract.pastPositionQuery)
  @Answers(200, contract.rulesHistory, 'A page from the log, newest first')
  rulesHistory(@Param('service') service: string, @Query() query: unknown): Promise<object> {
    const log = parsed(contract.ruledServiceForm, service, 'service');
    const { at, ...asked } = parsed(contract.pastPositionQuery, query, 'query');
    return this.clearing.history.rules(log, byPosition(asked), at);
  }

  @Post(':service/proposals')
  @ApiOperation({ summary: 'Proposes rules; X-Actor names the person' })
  @InPath('service', contract.ruledServiceForm)
  @Write(contract.documentProposalRequest, {
    status: 201,
    answers: contract.commandAnswers.ProposeDocument,
    says: 'Proposed',
    at: '/rules/{service}',
  })
  proposeDocument(
    @Req() request: Request,
    @Param('service') service: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const proposal = parsed(contract.documentProposalRequest, body, 'body');
    return this.#execute(request, service, 'ProposeDocument', proposal);
  }

  @Post(':service/proposals/:proposalId/approvals')
  @ApiOperation({ summary: 'Approves a proposal; X-Actor must be another person than the proposer' })
  @InPath('service', contract.ruledServiceForm)
  @InPath('proposalId', contract.identifierForm)
  @Write(contract.documentApprovalRequest, {
    status: 201,
    answers: contract.commandAnswers.ApproveDocument,
    says: 'In force from the next decision on',
    at: '/rules/{service}',
  })
  approveDocument(
    @Req() request: Request,
    @Param('service') service: string,
    @Param('proposalId') proposalId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    parsed(contract.documentApprovalRequest, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, proposalId, 'proposalId');
    return this.#execute(request, service, 'ApproveDocument', { proposalId: id });
  }

  async #standing(service: string, at: Instant | undefined) {
    const log = parsed(contract.ruledServiceForm, service, 'service');
    if (at !== undefined) return this.clearing.history.documents(log, at);
    const told = await this.clearing.tellFrom(RULES[log], GLOBAL);
    return { answer: told.answer, asOf: asOfTold([told]) };
  }

  async #execute(request: Request, service: string, type: string, body: object): Promise<AcceptedAnswer> {
    const log = parsed(contract.ruledServiceForm, service, 'service');
    return executed(this.clearing, request, { log, partition: GLOBAL, type, body });
  }
}

const figuresOf = ({ kind, id, hash, body }: HouseDocument) => ({ kind, id, hash, body });

const nameOfDocument = ({ kind, id }: Pick<HouseDocument, 'kind' | 'id'>): string => `${kind} ${id}`;

/** What each service is asked for its rules. */
const RULES = {
  accounts: questions.fund.rules,
  pricing: questions.pricing.rules,
  margin: questions.marginRules.rules,
  liquidation: questions.deleveraging.rules,
} as const;
