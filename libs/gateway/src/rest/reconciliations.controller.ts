import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { differencesOf, type HeldLine } from '@ballast/audit';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { nameOfLine } from '@ballast/facts';
import { canonicalText, isoOf, sha256Hex, type Instant } from '@ballast/kernel';
import { booksName, questions } from '@ballast/services';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { absentFrom } from './house-backlog.js';
import { byName, byPosition } from './list-page.js';
import { Answers, InPath, InQuery, Write } from './open-api.js';
import { parsed, Problem } from './problem.js';
import { executed, writeHeaders, type AcceptedAnswer } from './write-request.js';

/** Books of others beside the ledger. */
interface Held {
  readonly source: string;
  readonly asOf: Instant;
  readonly file: string;
}

type Found = ReturnType<typeof differencesOf>;

/** Books of others are held against the ledger; a line that differs is a break until it agrees again. */
@ApiTags('reconciliations')
@Controller('reconciliations')
export class ReconciliationsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'The last reconciliation of each source' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.reconciliationsPage, 'A page')
  reconciliations(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPage(questions.fund.reconciliations, GLOBAL, wanted, booksName);
  }

  @Get('breaks')
  @ApiOperation({ summary: 'Every line in which books of others differ from the ledger' })
  @InQuery(contract.positionListQuery)
  @Answers(200, contract.breaksPage, 'A page, oldest first; `next` is the breakId of its last')
  breaks(@Query() query: unknown): Promise<object> {
    const wanted = byPosition(parsed(contract.positionListQuery, query, 'query'));
    return this.clearing.listPage(questions.fund.breaks, GLOBAL, wanted, ({ breakId }) => breakId);
  }

  @Post('custody')
  @ApiOperation({ summary: 'Holds what a custodian keeps against the ledger, and records every asset that differs' })
  @Write(contract.custodyReconciliation, {
    status: 201,
    answers: contract.commandAnswers.RecordReconciliation,
    says: 'Recorded',
    at: '/reconciliations',
  })
  async reconcileCustody(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const { lines, ...held } = parsed(contract.custodyReconciliation, body, 'body');
    const reported = lines.map((line) => ({ accountId: null, instrument: null, ...line }));
    return this.#record(request, 'custody', held, reported);
  }

  @Post('positions')
  @ApiOperation({ summary: 'Holds the positions of an exchange against the ledger, and records each one that differs' })
  @Write(contract.positionReconciliation, {
    status: 201,
    answers: contract.commandAnswers.RecordReconciliation,
    says: 'Recorded',
    at: '/reconciliations',
  })
  async reconcilePositions(@Req() request: Request, @Body() body: unknown): Promise<AcceptedAnswer> {
    const { lines, ...held } = parsed(contract.positionReconciliation, body, 'body');
    const reported = lines.map((line) => ({ asset: null, ...line }));
    return this.#record(request, 'positions', held, reported);
  }

  @Post('breaks/:breakId/explanations')
  @ApiOperation({ summary: 'Says why two books differ; X-Actor names the person' })
  @InPath('breakId', contract.breakIdForm)
  @Write(contract.breakExplanation, {
    status: 201,
    answers: contract.commandAnswers.ProposeBreakExplanation,
    says: 'Proposed',
    at: '/reconciliations/breaks',
  })
  explainBreak(
    @Req() request: Request,
    @Param('breakId') breakId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const id = parsed(contract.breakIdForm, breakId, 'breakId');
    const { explanation } = parsed(contract.breakExplanation, body, 'body');
    return this.#execute(request, 'ProposeBreakExplanation', { breakId: id, explanation });
  }

  @Post('breaks/:breakId/explanations/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('breakId', contract.breakIdForm)
  @Write(contract.breakExplanationApproval, {
    status: 201,
    answers: contract.commandAnswers.ApproveBreakExplanation,
    says: 'The break stays, and is explained',
    at: '/reconciliations/breaks',
  })
  approveBreakExplanation(
    @Req() request: Request,
    @Param('breakId') breakId: string,
    @Body() body: unknown,
  ): Promise<AcceptedAnswer> {
    const id = parsed(contract.breakIdForm, breakId, 'breakId');
    parsed(contract.breakExplanationApproval, body ?? {}, 'body');
    return this.#execute(request, 'ApproveBreakExplanation', { breakId: id });
  }

  async #record(
    request: Request,
    of: 'custody' | 'positions',
    held: Held,
    reported: readonly HeldLine[],
  ): Promise<AcceptedAnswer> {
    assertNamedOnce(reported);
    const asked = { ...held, of, lines: sha256Hex(canonicalText(reported)) };
    // The ledger goes on: who sends it again asks for the answer to what was found then.
    const found = await this.clearing.bodyTaken(writeHeaders(request).id, asked, async () => ({
      ...asked,
      ...(await this.#find(of, held, reported)),
    }));
    return this.#execute(request, 'RecordReconciliation', { ...found, ...asked });
  }

  async #find(of: 'custody' | 'positions', { asOf }: Held, reported: readonly HeldLine[]): Promise<Found> {
    if (asOf > this.clearing.clearing) {
      throw new Problem('reconciliation-ahead', `clearing time is ${isoOf(this.clearing.clearing)}`, [
        { field: 'asOf', message: 'is later than that', remedy: 'name a moment that the ledger has come to' },
      ]);
    }
    const standings = await this.clearing.owners.standings();
    const absent = absentFrom(standings, this.clearing.partitions).find(({ log }) => log === 'accounts');
    // Books would differ in whatever that partition has booked and nobody here has heard of.
    if (absent !== undefined) throw new Problem('not-ready', `accounts/${absent.partition} does not answer; ask again`);
    for (const { log, partition, position } of standings) {
      if (log === 'accounts') await this.clearing.reached(log, partition, position);
    }
    return differencesOf((await this.clearing.history.held(asOf))[of], reported);
  }

  #execute(request: Request, type: string, body: object): Promise<AcceptedAnswer> {
    return executed(this.clearing, request, { log: 'accounts', partition: GLOBAL, type, body });
  }
}

/** @throws Problem for a line that stands twice in the books of somebody else */
function assertNamedOnce(lines: readonly HeldLine[]): void {
  const names = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const name = nameOfLine(line);
    if (names.has(name)) {
      throw new Problem('request-malformed', `${name} stands there twice`, [
        { field: `lines[${index}]`, message: `is ${name} again`, remedy: 'write one line with the sum' },
      ]);
    }
    names.add(name);
  }
}
