import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { explainAccount } from '@ballast/audit';
import * as contract from '@ballast/contracts';
import { InvariantViolation, instantOf, type Instant } from '@ballast/kernel';
import { unknownAccount } from './account-views.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, InQuery } from './open-api.js';
import { Problem, parsed } from './problem.js';

/** Why an account is in its state, from the logs alone. */
@ApiTags('accounts')
@AnswersProblems()
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
    const { at } = parsed(contract.explanationQuery, query, 'query');
    const explanation = await explainAccount(this.clearing.house.logs, accountId, momentOf(at));
    if (explanation === undefined) throw unknownAccount(accountId);
    return explanation;
  }
}

function momentOf(at: string | undefined): Instant | undefined {
  if (at === undefined) return undefined;
  try {
    return instantOf(at);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new Problem('request-malformed', error.message, [
      { field: 'at', message: error.message, remedy: 'write an ISO 8601 UTC time such as 2020-03-12T10:45:00Z' },
    ]);
  }
}
