import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { once } from 'node:events';
import type { Request, Response } from 'express';
import { GLOBAL, canonicalEnvelope, type LogEntry } from '@ballast/event-sourcing';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { CLOSING, type Closing } from './closing.js';
import { AnswersProblems } from './open-api.js';
import { Problem } from './problem.js';

const PAGE = 500;
const HEARTBEAT_MS = 15_000;
const NEWEST = 'newest';

/**
 * Margin events as server-sent events. The id of each is the reader's place in all partitions
 * (`<partition>:<position>,...`), so a client that reconnects with Last-Event-ID goes on where it was.
 */
@ApiTags('margin events')
@AnswersProblems()
@Controller('margin-events')
export class MarginEventsController {
  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(CLOSING) private readonly closing: Closing,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Stream of all margin events; resumes by position, without a gap or a repetition' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'id of the last event that was received' })
  @ApiQuery({
    name: 'after',
    required: false,
    description: `The same for clients that cannot set headers; \`${NEWEST}\` for what comes from now on. Default: from the beginning`,
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'One `event: <type>` per margin event; data = its canonical envelope' })
  async stream(
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query('after') after: unknown,
  ): Promise<void> {
    const places = await this.#placesOf(lastEventId ?? after);
    response.status(200).set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();

    /** Partitions that may have something new. */
    const news = new Set(places.keys());
    let wake: () => void = () => undefined;
    const gone = new AbortController();
    if (this.closing.signal.aborted) gone.abort();
    const unwatch = this.clearing.onAppended((entries: readonly LogEntry[]) => {
      for (const { log, partition } of entries) if (log === 'margin') news.add(partition);
      if (news.size > 0) wake();
    });
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
    const close = (): void => {
      gone.abort();
      wake();
    };
    request.once('close', close);
    this.closing.signal.addEventListener('abort', close, { once: true });
    try {
      while (!gone.signal.aborted) {
        const arrived = new Promise<void>((resolve) => (wake = resolve));
        if (news.size === 0) await arrived;
        for (const partition of [...news]) {
          news.delete(partition);
          if (await this.#sendPage(places, partition, response, gone.signal)) news.add(partition);
          if (gone.signal.aborted) break;
        }
      }
    } finally {
      clearInterval(heartbeat);
      unwatch();
      this.closing.signal.removeEventListener('abort', close);
      response.end();
    }
  }

  /** Sends what follows the reader's place in a partition; true when there may be more. */
  async #sendPage(
    places: Map<number, number>,
    partition: number,
    response: Response,
    gone: AbortSignal,
  ): Promise<boolean> {
    const events = await this.clearing.house.logs.log('margin').read(partition, places.get(partition) ?? 0, PAGE);
    for (const event of events) {
      if (gone.aborted) return false;
      places.set(partition, event.position);
      const id = [...places].map(([each, at]) => `${each}:${at}`).join(',');
      const room = response.write(`id: ${id}\nevent: ${event.type}\ndata: ${canonicalEnvelope(event, event)}\n\n`);
      // Ends with the connection, too: a reader that went away never drains.
      if (!room) await once(response, 'drain', { signal: gone }).catch(() => undefined);
    }
    return events.length === PAGE;
  }

  async #placesOf(asked: unknown): Promise<Map<number, number>> {
    const places = new Map<number, number>([GLOBAL, ...this.clearing.numbers].map((partition) => [partition, 0]));
    if (asked === undefined || asked === '') return places;
    const heads = await this.clearing.house.logs.log('margin').heads();
    const sizes = new Map(heads.map(({ partition, size }) => [partition, size]));
    if (asked === NEWEST) return sizes;
    const text = typeof asked === 'string' ? asked : '';
    for (const place of text.split(',')) {
      const match = /^(-1|\d{1,4}):(\d{1,15})$/.exec(place);
      const partition = Number(match?.[1]);
      const size = sizes.get(partition);
      if (match === null || size === undefined || Number(match[2]) > size) {
        throw new Problem('request-malformed', 'the place to resume at is not one of this stream', [
          {
            field: 'after',
            message: `is ${JSON.stringify(text.slice(0, 100))}`,
            remedy: 'send the id of an event of this stream, <partition>:<position>,..., or nothing for the beginning',
          },
        ]);
      }
      places.set(partition, Number(match[2]));
    }
    return places;
  }
}
