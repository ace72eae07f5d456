import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName, pageByName } from './list-page.js';
import { Answers, InPath, InQuery } from './open-api.js';
import { Problem, parsed } from './problem.js';

/** The logs as they are stored, page by page. */
@ApiTags('logs')
@Controller()
export class LogsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get('logs')
  @ApiOperation({
    summary: 'Every partition of every log: its incarnation, where it ends, its chain head, the last checkpoint',
  })
  @InQuery(contract.listQuery)
  @Answers(200, contract.logsList, 'A page, in the order of the names of logs and of partitions')
  async logs(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    const { pages, clearing } = this.clearing;
    const lists = await Promise.all([...SERVICE_LOGS, ...EXCHANGE_LOGS].map((name) => pages.ends(name)));
    return { ...pageByName(lists.flat(), placeOf, wanted), asOf: { clearing, positions: {} } };
  }

  @Get('logs/:log/:partition')
  @ApiOperation({ summary: 'Entries of a log partition behind a position; -1 is the global partition' })
  @InPath('log', contract.logNameForm)
  @InPath('partition', contract.logPartitionForm)
  @InQuery(contract.logPageQuery)
  @Answers(200, contract.logPage, 'A page; `next` is the `after` of the next one')
  async logPage(
    @Param('log') name: string,
    @Param('partition') partitionText: string,
    @Query() query: unknown,
  ): Promise<object> {
    const partition = parsed(contract.logPartitionForm, partitionText, 'partition');
    const page = await this.clearing.pages.page(name, partition, parsed(contract.logPageQuery, query, 'query'));
    if (page === undefined) {
      throw new Problem('log-unknown', `there is no partition ${partition} of a log ${name.slice(0, 60)}`);
    }
    return page;
  }
}

/** Place of a partition among all; numbers of as many digits are in the order of their texts, and the global one comes first. */
const placeOf = ({ log, partition }: contract.LogEnd): string => `${log}/${String(partition + 1).padStart(4, '0')}`;
