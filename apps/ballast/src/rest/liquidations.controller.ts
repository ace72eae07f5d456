import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, InQuery } from './open-api.js';
import { Problem, parsed } from './problem.js';

@ApiTags('liquidations')
@AnswersProblems()
@Controller('liquidations')
export class LiquidationsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Liquidations, newest first' })
  @InQuery(contract.liquidationsQuery)
  @Answers(200, contract.liquidationsPage, 'A page; `total` says how many there are')
  list(@Query() query: unknown): object {
    const { open, search, offset, limit } = parsed(contract.liquidationsQuery, query, 'query');
    const fitting = this.clearing.cases
      .list()
      .filter(({ closed }) => open === undefined || (closed === null) === (open === 'true'))
      .filter(({ caseId }) => search === undefined || caseId.includes(search.toLowerCase()));
    return {
      clearing: this.clearing.clearing,
      offset,
      total: fitting.length,
      open: this.clearing.cases.open,
      cases: fitting.slice(offset, offset + limit),
    };
  }

  @Get(':caseId')
  @ApiOperation({ summary: 'One liquidation slice by slice, with the loss line by line' })
  @InPath('caseId', contract.identifierForm)
  @Answers(200, contract.caseView, 'The case, from the logs')
  async view(@Param('caseId') caseId: string): Promise<object> {
    const found = this.clearing.cases.find(caseId);
    if (found === undefined) throw new Problem('case-unknown', `there was no liquidation ${caseId.slice(0, 100)}`);
    return this.clearing.history.liquidation(found);
  }
}
