import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, InQuery } from './open-api.js';
import { Problem, parsed } from './problem.js';

/** The logs as they are stored, page by page. */
@ApiTags('logs')
@AnswersProblems()
@Controller()
export class LogsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

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
