import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { GLOBAL, canonicalEnvelope, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Problem } from './problem.js';

const PAGE = 500;
const HEARTBEAT_MS = 15_000;

/**
 * Margin events as server-sent events. The id of each is the reader's place in all partitions
 * (`<partition>:<position>,...`), so a client that reconnects with Last-Event-ID goes on where it was.
 */
@ApiTags('margin events')
@Controller('margin-events')
export class MarginEventsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({
    summary: 'Stream of all margin events; resumes after Last-Event-ID or ?after=, from the beginning by default',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'One `event: <type>` per margin event, data = the canonical envelope' })
  async stream(
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Query('after') after: string | undefined,
  ): Promise<void> {
    const places = this.#placesOf(lastEventId ?? after);
    response.status(200).set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();

    let wake: () => void = () => undefined;
    let closed = false;
    const unwatch = this.clearing.onAppended((entries: readonly LogEntry[]) => {
      if (entries.some(({ log }) => log === 'margin')) wake();
    });
    const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
    request.on('close', () => {
      closed = true;
      clearInterval(heartbeat);
      unwatch();
      wake();
    });
    while (!closed) {
      const arrived = new Promise<void>((resolve) => (wake = resolve));
      if (!(await this.#sendNew(places, response))) await arrived;
    }
    response.end();
  }

  /** Sends what follows the places; true when there was something. */
  async #sendNew(places: Map<number, number>, response: Response): Promise<boolean> {
    const log = this.clearing.house.logs.log('margin');
    let sent = false;
    for (const [partition, position] of places) {
      for (const event of await log.read(partition, position, PAGE)) {
        places.set(partition, event.position);
        const id = [...places].map(([each, at]) => `${each}:${at}`).join(',');
        const room = response.write(`id: ${id}\nevent: ${event.type}\ndata: ${envelopeText(event)}\n\n`);
        sent = true;
        if (!room) await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
        if (response.destroyed) return false;
      }
    }
    return sent;
  }

  #placesOf(text: string | undefined): Map<number, number> {
    const places = new Map<number, number>([[GLOBAL, 0]]);
    for (let partition = 0; partition < this.clearing.partitions; partition++) places.set(partition, 0);
    if (text === undefined || text === '') return places;
    for (const place of text.split(',')) {
      const match = /^(-1|\d{1,5}):(\d{1,15})$/.exec(place);
      if (match === null || !places.has(Number(match[1]))) {
        throw new Problem(
          400,
          'invalid-place',
          'The place to resume at is not one of this stream',
          `expected <partition>:<position>,... as in the id of an event, got ${text.slice(0, 200)}`,
        );
      }
      places.set(Number(match[1]), Number(match[2]));
    }
    return places;
  }
}

const envelopeText = (event: SealedEvent): string => canonicalEnvelope(event, event);
