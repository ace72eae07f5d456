import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { liquidationsPage } from '../history/liquidations-page.js';
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
  listLiquidations(@Query() query: unknown): object {
    const asked = parsed(contract.liquidationsQuery, query, 'query');
    const at = asked.at;
    if (at !== undefined) return this.clearing.history.liquidationsAt(at, asked);
    return liquidationsPage(this.clearing.cases, this.clearing.readTo('liquidation'), asked);
  }

  @Get(':caseId')
  @ApiOperation({ summary: 'One liquidation slice by slice, with the loss line by line' })
  @InPath('caseId', contract.identifierForm)
  @Answers(200, contract.caseView, 'The case, from the logs')
  async liquidation(@Param('caseId') caseId: string): Promise<object> {
    const found = this.clearing.cases.find(caseId);
    if (found === undefined) throw new Problem('case-unknown', `there was no liquidation ${caseId.slice(0, 100)}`);
    return this.clearing.history.liquidation(found);
  }
}
