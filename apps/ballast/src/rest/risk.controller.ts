import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InQuery } from './open-api.js';
import { parsed } from './problem.js';
import { RiskSurvey } from './risk-survey.js';

/** All accounts at once. */
@ApiTags('risk')
@AnswersProblems()
@Controller('risk')
export class RiskController {
  readonly #survey: RiskSurvey;

  constructor(@Inject(CLEARING) clearing: ClearingGateway) {
    this.#survey = new RiskSurvey(clearing);
  }

  @Get('board')
  @ApiOperation({ summary: 'States, distribution of equity over requirement, shocks, liquidation map, scalars' })
  @Answers(200, contract.riskBoard, 'The house at a glance')
  board(): object {
    return this.#survey.board();
  }

  @Get('accounts')
  @ApiOperation({ summary: 'Accounts sorted and filtered' })
  @InQuery(contract.riskAccountsQuery)
  @Answers(200, contract.riskAccountsPage, 'A page of rows; `total` says how many there are')
  accounts(@Query() query: unknown): object {
    return this.#survey.accounts(parsed(contract.riskAccountsQuery, query, 'query'));
  }
}
