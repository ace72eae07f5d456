import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import * as contract from '@ballast/contracts';
import { GLOBAL } from '@ballast/event-sourcing';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { streamEvents } from './event-stream.js';
import { StreamsLog } from './open-api.js';
import { STREAMS, type OpenStreams } from './open-streams.js';

/** Margin events as server-sent events, for those who build on them. */
@ApiTags('margin events')
@Controller('margin-events')
export class MarginEventsController {
  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(STREAMS) private readonly streams: OpenStreams,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Stream of all margin events; resumes by position, without a gap or a repetition' })
  @StreamsLog(
    'One `event: <type>` per margin event; data = its canonical envelope',
    'from the beginning',
    contract.logEntry,
  )
  streamMarginEvents(
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query('after') after: unknown,
  ): Promise<void> {
    const { clearing, streams } = this;
    return streamEvents({
      of: { log: 'margin', partitions: [GLOBAL, ...clearing.numbers] },
      ...{ clearing, streams, response, after: lastEventId ?? after },
      write: (event) => ({ event: event.type, data: contract.streamedText(event) }),
    });
  }
}
