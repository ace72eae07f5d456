import {
  BadRequestException,
  Controller,
  Get,
  Headers,
  Inject,
  NotFoundException,
  Param,
  Query,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { fieldErrors, fromText, logPage, logPageQuery, logPartitionForm, logsList, written } from '@ballast/contracts';
import {
  ArchiveRefused,
  LOG_LINES,
  LogDirectory,
  UnreadableEvent,
  lineOfEvent,
  type EventLog,
} from '@ballast/event-log';
import type { ServiceLog } from '@ballast/facts';
import { lastCheckpointOf } from '../../http/last-checkpoint.js';
import { logEndsOf } from '../../http/log-ends.js';
import { logPageOf } from '../../http/log-page.js';

const writtenPage = written(logPage);
const writtenEnds = written(logsList);

/** The process's own logs, page by page, for readers with a hole and for rebuilds. */
@Controller('logs')
export class LogPagesController {
  constructor(@Inject(LogDirectory) private readonly logs: LogDirectory) {}

  /** For a gateway, whose copy has neither the incarnation of the log nor its checkpoints. */
  @Get(':log')
  async ends(@Param('log') name: string): Promise<object> {
    const items = await logEndsOf(this.#kept(name));
    const clearing = Math.max(0, ...items.map((end) => end.clearing));
    return writtenEnds({ items, next: null, asOf: { clearing, positions: {} } }) as object;
  }

  /** For a gateway that tells how far the log is signed. */
  @Get(':log/checkpoint')
  async checkpoint(@Param('log') name: string): Promise<object> {
    return { checkpoint: await lastCheckpointOf(this.#kept(name)) };
  }

  @Get(':log/:partition')
  async page(
    @Param('log') name: string,
    @Param('partition') partition: string,
    @Query() query: unknown,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object | string> {
    const wanted = read(logPageQuery, query);
    const number = read(logPartitionForm, partition);
    const log = this.#kept(name);
    if (!(await log.heads()).some((head) => head.partition === number)) {
      throw new NotFoundException(`log ${name} has no partition ${partition.slice(0, 10)}`);
    }
    try {
      if (accept?.includes(LOG_LINES) !== true) return writtenPage(await logPageOf(log, number, wanted)) as object;
      const events = await log.read(number, wanted.after, wanted.limit);
      response.type(LOG_LINES);
      return events.map((event) => `${lineOfEvent(event)}\n`).join('');
    } catch (error) {
      // What the archive has lost may be put back, and two persons may say how an event is read; other pages are there.
      if (error instanceof ArchiveRefused || error instanceof UnreadableEvent)
        throw new ServiceUnavailableException({ name: error.name, message: error.message });
      throw error;
    }
  }

  #kept(name: string): EventLog {
    if (!this.logs.has(name)) throw new NotFoundException(`log ${name.slice(0, 60)} is not kept here`);
    return this.logs.log(name as ServiceLog);
  }
}

/** Reads what stands in the address as strictly as the public interface does. */
function read<Schema extends z.ZodType>(schema: Schema, text: unknown): z.output<Schema> {
  const { data, error } = schema.safeParse(fromText(schema, text), { reportInput: true });
  if (error === undefined) return data;
  throw new BadRequestException(
    fieldErrors(error).map(({ field, message, remedy }) => `${field} ${message}: ${remedy}`),
  );
}
