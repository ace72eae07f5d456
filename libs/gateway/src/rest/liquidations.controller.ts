import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { casesPage, type PlaceOfCase } from '../history/liquidations-page.js';
import { Answers, InPath, InQuery } from './open-api.js';
import { noPlace } from './list-page.js';
import { Problem, parsed } from './problem.js';

@ApiTags('liquidations')
@Controller('liquidations')
export class LiquidationsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get()
  @ApiOperation({ summary: 'Liquidations, newest first' })
  @InQuery(contract.liquidationsQuery)
  @Answers(200, contract.liquidationsPage, 'A page; `total` says how many there are')
  async listLiquidations(@Query() query: unknown): Promise<object> {
    const { at, after, ...asked } = parsed(contract.liquidationsQuery, query, 'query');
    const wanted = { ...asked, behind: after === undefined ? null : placeIn(after) };
    const { cases, history } = this.clearing;
    const { last, ...page } =
      at === undefined
        ? casesPage(cases, this.clearing.readTo('liquidation'), wanted)
        : await history.liquidationsAt(at, wanted);
    return { ...page, next: last === null ? null : placeText(last) };
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

/** When a case was opened, as milliseconds since 1970, and its id. */
const PLACE = /^(\d{1,16})~(.+)$/;

const placeText = ({ openedAt, caseId }: PlaceOfCase): string => `${openedAt}~${caseId}`;

/** @throws Problem for what is no place of a case */
function placeIn(after: string): PlaceOfCase {
  const [, openedAt, caseId] = PLACE.exec(after) ?? [];
  if (openedAt === undefined || caseId === undefined) throw noPlace('the list of liquidations');
  return { openedAt: Number(openedAt), caseId };
}
