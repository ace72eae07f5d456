import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { questions } from '@ballast/services';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName, byPosition } from './list-page.js';
import { Answers, InPath, InQuery, Write } from './open-api.js';
import { parsed, Problem } from './problem.js';
import { executed, type AcceptedAnswer } from './write-request.js';

/** What could not be booked leaves suspense by four eyes: one person proposes, another approves. */
@ApiTags('suspense')
@Controller('suspense/:partition')
export class SuspenseController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'What a partition of accounts keeps in suspense' })
  @InPath('partition', contract.logPartitionForm)
  @InQuery(contract.positionListQuery)
  @Answers(200, contract.suspensePage, 'A page, oldest first')
  suspense(@Param('partition') partitionText: string, @Query() query: unknown): Promise<object> {
    const wanted = byPosition(parsed(contract.positionListQuery, query, 'query'));
    const partition = this.#partition(partitionText);
    return this.clearing.listPage(questions.accounts.suspense, partition, wanted, ({ position }) => position);
  }

  @Get('deferred')
  @ApiOperation({ summary: 'Messages of the exchange that wait for what their basis names' })
  @InPath('partition', contract.logPartitionForm)
  @InQuery(contract.positionListQuery)
  @Answers(200, contract.deferredPage, 'A page, oldest first')
  deferred(@Param('partition') partitionText: string, @Query() query: unknown): Promise<object> {
    const wanted = byPosition(parsed(contract.positionListQuery, query, 'query'));
    const partition = this.#partition(partitionText);
    return this.clearing.listPage(questions.accounts.deferred, partition, wanted, ({ position }) => position);
  }

  @Get('releases')
  @ApiOperation({ summary: 'What is proposed for something in suspense and waits for a second person' })
  @InPath('partition', contract.logPartitionForm)
  @InQuery(contract.listQuery)
  @Answers(200, contract.suspenseReleasesPage, 'A page, in the order of ids')
  suspenseReleases(@Param('partition') partitionText: string, @Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    const partition = this.#partition(partitionText);
    return this.clearing.listPage(questions.accounts.releases, partition, wanted, ({ releaseId }) => releaseId);
  }

  @Post('releases')
  @ApiOperation({ summary: 'Proposes what becomes of something in suspense; X-Actor names the person' })
  @InPath('partition', contract.logPartitionForm)
  @Write(contract.suspenseReleaseRequest, {
    status: 201,
    answers: contract.commandAnswers.ProposeSuspenseRelease,
    says: 'Proposed',
    at: '/suspense/{partition}/releases',
  })
  proposeSuspenseRelease(
    @Req() request: Request,
    @Param('partition') partitionText: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const partition = this.#partition(partitionText);
    const { position, ...release } = parsed(contract.suspenseReleaseRequest, body, 'body');
    return this.#execute(request, partition, 'ProposeSuspenseRelease', { ...release, suspense: position });
  }

  @Post('releases/:releaseId/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('partition', contract.logPartitionForm)
  @InPath('releaseId', contract.identifierForm)
  @Write(contract.suspenseReleaseApproval, {
    status: 201,
    answers: contract.commandAnswers.ApproveSuspenseRelease,
    says: 'Booked, or sent back',
    at: '/suspense/{partition}',
  })
  approveSuspenseRelease(
    @Req() request: Request,
    @Param('partition') partitionText: string,
    @Param('releaseId') releaseId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const partition = this.#partition(partitionText);
    parsed(contract.suspenseReleaseApproval, body ?? {}, 'body');
    const id = parsed(contract.identifierForm, releaseId, 'releaseId');
    return this.#execute(request, partition, 'ApproveSuspenseRelease', { releaseId: id });
  }

  #partition(partitionText: string): number {
    const partition = parsed(contract.logPartitionForm, partitionText, 'partition');
    if (partition === GLOBAL || partition >= this.clearing.partitions) {
      throw new Problem('log-unknown', `accounts has no partition ${partition} with a suspense account`);
    }
    return partition;
  }

  #execute(request: Request, partition: number, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'accounts', partition, type, body });
  }
}
