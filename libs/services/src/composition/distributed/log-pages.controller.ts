import { BadRequestException, Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { logPageQuery } from '@ballast/contracts';
import { LogDirectory } from '@ballast/event-log';
import type { ServiceLog } from '@ballast/facts';
import { logPageOf } from '../../http/log-page.js';

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
    const page = await logPageOf(this.logs.log(name as ServiceLog), Number(partition), read.data);
    if (page === undefined) throw new NotFoundException(`log ${name} has no partition ${partition.slice(0, 10)}`);
    return page;
  }
}
