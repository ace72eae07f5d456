import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { StatusFigures } from './status-figures.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { NEWEST, streamEvents } from './event-stream.js';
import { Answers, StreamsLog } from './open-api.js';
import { STREAMS, type OpenStreams } from './open-streams.js';

const STATUS_EVERY_MS = 1_000;

/** Decisions that change what an account may do; the quiet ones are not news. */
const NEWS = new Set([
  'AccountStateChanged',
  'MarginCallIssued',
  'MarginCallMet',
  'MarginCallExpired',
  'LiquidationTriggered',
  'ModelFailed',
  'ModelRestored',
  'WithdrawalRefused',
]);

const writtenStatus = contract.written(contract.statusView);
const writtenDecision = contract.written(contract.toldDecision);

/** What stands at the top of every page of the console, and what makes the pages live. */
@ApiTags('operations')
@Controller()
export class StatusController {
  readonly #figures: StatusFigures;

  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(STREAMS) private readonly streams: OpenStreams,
  ) {
    this.#figures = new StatusFigures(clearing);
  }

  @Get('status')
  @ApiOperation({ summary: 'Clearing time, lag, size of the trees, last checkpoint, invariants' })
  @Answers(200, contract.statusView, 'As of now')
  async status(): Promise<object> {
    await this.#figures.readCheckpoint();
    return await this.#figures.now();
  }

  @Get('live')
  @ApiOperation({
    summary: 'Stream of the status, each second, and of decisions that change a state; resumes by position',
  })
  @StreamsLog(
    '`event: status` with a Status, `event: decision` with a decision that changes a state',
    'from now on',
    contract.statusView,
    contract.toldDecision,
  )
  streamLive(
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query('after') after: unknown,
  ): Promise<void> {
    const { clearing, streams } = this;
    return streamEvents({
      of: { log: 'margin', partitions: [GLOBAL, ...clearing.numbers] },
      ...{ clearing, streams, response, after: lastEventId ?? after ?? NEWEST },
      write: (event) => {
        if (!NEWS.has(event.type)) return undefined;
        const decision = contract.decisionOf(event);
        if (decision === undefined) return undefined;
        const { log, partition, position, accountId, at, type, summary, state, figures } = decision;
        const told = { log, partition, position, accountId, at, type, summary, state, figures };
        return { event: 'decision', data: JSON.stringify(writtenDecision(told)) };
      },
      aside: async () => {
        void this.#figures.readCheckpoint();
        return `event: status\ndata: ${JSON.stringify(writtenStatus(await this.#figures.now()))}\n\n`;
      },
      asideEveryMs: STATUS_EVERY_MS,
    });
  }
}
