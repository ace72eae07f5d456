import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { questions } from '@ballast/services';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { DeleveragingQueues } from './deleveraging-queues.js';
import { streamEvents } from './event-stream.js';
import { byPosition } from './list-page.js';
import { Answers, InPath, InQuery, StreamsLog } from './open-api.js';
import { STREAMS, type OpenStreams } from './open-streams.js';
import { Problem, parsed } from './problem.js';

/** How near deleveraging is, and whom it would meet first. */
@ApiTags('deleveraging')
@Controller()
export class DeleveragingController {
  readonly #queues: DeleveragingQueues;

  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(STREAMS) private readonly streams: OpenStreams,
  ) {
    this.#queues = new DeleveragingQueues(clearing);
  }

  @Get('deleveraging')
  @ApiOperation({ summary: 'How near deleveraging is: the fund, distances, soon, on or off by instrument and side' })
  @Answers(200, contract.deleveragingView, 'As of now')
  deleveraging(): Promise<object> {
    return this.#queues.view();
  }

  @Get('deleveraging/rounds')
  @ApiOperation({ summary: 'Rounds of deleveraging' })
  @InQuery(contract.pastPositionQuery)
  @Answers(200, contract.deleveragingRoundsPage, 'A page from the log, newest first')
  deleveragingRounds(@Query() query: unknown): Promise<object> {
    const { at, ...asked } = parsed(contract.pastPositionQuery, query, 'query');
    return this.clearing.history.deleveragingRounds(byPosition(asked), at);
  }

  @Get('deleveraging/announcements')
  @ApiOperation({ summary: 'Stream of what is announced: soon, on, off; resumes by position' })
  @StreamsLog('`event: DeleveragingAnnounced`; data = its canonical envelope', 'from the beginning', contract.logEntry)
  streamDeleveraging(
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query('after') after: unknown,
  ): Promise<void> {
    const { clearing, streams } = this;
    return streamEvents({
      of: { log: 'liquidation', partitions: [GLOBAL] },
      ...{ clearing, streams, response, after: lastEventId ?? after },
      write: (event) =>
        event.type === 'DeleveragingAnnounced' ? { event: event.type, data: contract.streamedText(event) } : undefined,
    });
  }

  @Get('deleveraging/:instrument/:side')
  @ApiOperation({ summary: 'Who would be deleveraged if positions of that side were bankrupt, first to last' })
  @InPath('instrument', contract.instrumentForm)
  @InPath('side', contract.bankruptSideForm)
  @InQuery(contract.deleveragingQueueQuery)
  @Answers(200, contract.deleveragingQueue, 'A page; `total` says how many there are')
  async deleveragingQueue(
    @Param('instrument') instrument: string,
    @Param('side') side: string,
    @Query() query: unknown,
  ): Promise<object> {
    const contractId = parsed(contract.instrumentForm, instrument, 'instrument');
    if (!(await this.clearing.ask(questions.accounts.isCleared, 0, contractId))) {
      throw new Problem('instrument-unknown', `${contractId} is not cleared`);
    }
    const bankrupt = parsed(contract.bankruptSideForm, side, 'side');
    return this.#queues.queue(contractId, bankrupt, parsed(contract.deleveragingQueueQuery, query, 'query'));
  }

  @Get('accounts/:accountId/deleveraging')
  @ApiOperation({ summary: 'Where the positions of an account stand in the queues of deleveraging' })
  @InPath('accountId', contract.accountIdForm)
  @Answers(200, contract.accountDeleveraging, 'Position by position, as of now')
  accountDeleveraging(@Param('accountId') accountId: string): Promise<object> {
    return this.#queues.ofAccount(parsed(contract.accountIdForm, accountId, 'accountId'));
  }
}
