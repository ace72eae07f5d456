import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { questions } from '@ballast/services';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { byName } from './list-page.js';
import { Answers, InQuery } from './open-api.js';
import { parsed } from './problem.js';

/** What a desk looks through of all accounts and owners. */
@ApiTags('desk')
@Controller()
export class DeskController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get('account-standings')
  @ApiOperation({ summary: 'Accounts that persons froze or closed' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.accountStandingsPage, 'A page, in the order of ids')
  accountStandings(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    return this.clearing.listPageOfAll(questions.accounts.standings, wanted, ({ accountId }) => accountId);
  }

  @Get('fee-tiers')
  @ApiOperation({ summary: 'What owners traded in the 30 days before today, and the fee tiers they have' })
  @InQuery(contract.listQuery)
  @Answers(200, contract.feeTiersPage, 'A page, in the order of ids')
  feeTiers(@Query() query: unknown): Promise<object> {
    const wanted = byName(parsed(contract.listQuery, query, 'query'));
    const { clearing } = this;
    return clearing.listPageOfAll(questions.accounts.feeTiers, wanted, ({ ownerId }) => ownerId, clearing.clearing);
  }
}
