import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { startOfDay, statementCsv } from '@ballast/audit';
import * as contract from '@ballast/contracts';
import { InvariantViolation, type Instant } from '@ballast/kernel';
import { unknownAccount } from './account-views.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, InPath, InQuery } from './open-api.js';
import { parsed, Problem } from './problem.js';

/** What happened to the money of an account on one day. */
@ApiTags('accounts')
@Controller('accounts')
export class StatementsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get(':accountId/statements')
  @ApiOperation({ summary: 'Opening, every movement by its cause, closing: adds up to the unit; as JSON or CSV' })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.statementQuery)
  @ApiProduces('application/json', 'text/csv')
  @Answers(200, contract.dayStatement, 'From the log of accounts, with its hash where the day began and where it ended')
  async statement(
    @Res({ passthrough: true }) response: Response,
    @Param('accountId') asked: string,
    @Query() query: unknown,
  ): Promise<object | string> {
    const accountId = parsed(contract.accountIdForm, asked, 'accountId');
    const { date, format } = parsed(contract.statementQuery, query, 'query');
    const day = dayOf(date);
    await this.clearing.upToNow(accountId);
    const statement = await this.clearing.history.statement(accountId, day);
    if (statement === 'account-unknown') throw unknownAccount(accountId);
    if (format === 'json') return statement;
    response.type('text/csv');
    response.attachment(`${accountId}-${date}.csv`);
    return statementCsv(statement);
  }
}

/** @throws Problem `request-malformed` for a day that no calendar has */
function dayOf(date: string): Instant {
  try {
    return startOfDay(date);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new Problem('request-malformed', `there is no day ${date}`, [
      { field: 'date', message: 'is no day of the calendar', remedy: 'write a day such as 2020-03-12' },
    ]);
  }
}
