import { BadRequestException, Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { encodeLogEvent, logPageQuery } from '@ballast/contracts';
import type { ServiceLog } from '@ballast/facts';
import { LogDirectory } from '../log-directory.js';

/** The process's own logs, page by page, for readers with a hole and for rebuilds. */
@Controller('v1/logs')
export class LogPagesController {
  constructor(@Inject(LogDirectory) private readonly logs: LogDirectory) {}

  @Get(':log/:partition/events')
  async page(
    @Param('log') name: string,
    @Param('partition') partition: string,
    @Query() query: unknown,
  ): Promise<object> {
    const read = logPageQuery.safeParse(query);
    if (!read.success) throw new BadRequestException(read.error.issues.map(({ message }) => message));
    if (!this.logs.has(name)) throw new NotFoundException(`log ${name.slice(0, 60)} is not kept here`);
    const log = this.logs.log(name as ServiceLog);
    const head = (await log.heads()).find((each) => String(each.partition) === partition);
    if (head === undefined) throw new NotFoundException(`log ${name} has no partition ${partition.slice(0, 10)}`);
    const { after, limit } = read.data;
    const events = await log.read(head.partition, after, limit);
    const last = events.at(-1)?.position ?? after;
    return {
      log: name,
      partition: head.partition,
      incarnation: head.incarnation,
      after,
      limit,
      events: events.map(encodeLogEvent),
      next: last < head.size ? last : null,
    };
  }
}
