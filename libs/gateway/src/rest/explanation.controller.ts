import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, InPath, InQuery } from './open-api.js';
import { endOf, noExplanation } from './past-moment.js';
import { parsed } from './problem.js';

/** Why an account is in its state, from the logs alone. */
@ApiTags('accounts')
@Controller('accounts')
export class ExplanationController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get(':accountId/explanation')
  @ApiOperation({ summary: 'Why the account is in its state, with every figure and what would have avoided it' })
  @InPath('accountId', contract.accountIdForm)
  @InQuery(contract.explanationQuery)
  @Answers(200, contract.accountExplanation, 'Recomputed from the logs up to the time asked for')
  async explanation(@Param('accountId') text: string, @Query() query: unknown): Promise<object> {
    const accountId = parsed(contract.accountIdForm, text, 'accountId');
    const asked = parsed(contract.explanationQuery, query, 'query');
    await this.clearing.upToNow(accountId);
    const explanation = await this.clearing.history.explanation(accountId, endOf(asked));
    if (typeof explanation === 'string') throw noExplanation(explanation, accountId, asked);
    return explanation;
  }
}
