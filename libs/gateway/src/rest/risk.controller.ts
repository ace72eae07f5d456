import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { placeIn, placeText } from './account-place.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, InQuery } from './open-api.js';
import { parsed } from './problem.js';
import { SURVEY } from './present-house.js';
import type { RiskSurvey } from '../history/risk-survey.js';

/** All accounts at once. */
@ApiTags('risk')
@Controller('risk')
export class RiskController {
  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(SURVEY) private readonly survey: RiskSurvey,
  ) {}

  @Get('board')
  @ApiOperation({ summary: 'States, distribution of equity over requirement, shocks, liquidation map, scalars' })
  @InQuery(contract.pastQuery)
  @Answers(200, contract.riskBoard, 'The house at a glance')
  async riskBoard(@Query() query: unknown): Promise<object> {
    const at = parsed(contract.pastQuery, query, 'query').at;
    return at === undefined ? await this.survey.board() : await this.clearing.history.boardAt(at);
  }

  @Get('accounts')
  @ApiOperation({ summary: 'Accounts sorted and filtered' })
  @InQuery(contract.riskAccountsQuery)
  @Answers(200, contract.riskAccountsPage, 'A page of rows; `total` says how many there are')
  async riskAccounts(@Query() query: unknown): Promise<object> {
    const { at, after, ...asked } = parsed(contract.riskAccountsQuery, query, 'query');
    const wanted = { ...asked, behind: after === undefined ? null : placeIn(after, asked.order) };
    const { last, ...page } = await (at === undefined
      ? this.survey.accountsBehind(wanted)
      : this.clearing.history.accountsAt(at, wanted));
    return { ...page, next: last === null ? null : placeText(last, asked.order) };
  }
}
