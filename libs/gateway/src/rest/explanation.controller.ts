import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { readPlace, type HistoryEnd } from '@ballast/audit';
import * as contract from '@ballast/contracts';
import { unknownAccount } from './account-views.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, AnswersProblems, InPath, InQuery } from './open-api.js';
import { momentOf } from './past-moment.js';
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
    const asked = parsed(contract.explanationQuery, query, 'query');
    const explanation = await this.clearing.history.explanation(accountId, endOf(asked));
    switch (explanation) {
      case 'account-unknown':
        throw unknownAccount(accountId);
      case 'event-unknown':
      case 'event-of-another':
        throw new Problem('event-unknown', `${asked.event} is no event about ${accountId}`, [
          {
            field: 'event',
            message: explanation === 'event-unknown' ? 'is in no log' : `is not about ${accountId}`,
            remedy: 'name one of the timeline, with its # written as %23',
          },
        ]);
      default:
        return explanation;
    }
  }
}

function endOf({ at, event }: z.output<typeof contract.explanationQuery>): HistoryEnd | undefined {
  if (event === undefined) {
    const moment = momentOf(at);
    return moment === undefined ? undefined : { at: moment };
  }
  const place = at === undefined ? readPlace(event) : undefined;
  if (place !== undefined) return { event: place };
  throw new Problem('request-malformed', 'event names one event, instead of a time', [
    {
      field: 'event',
      message: at === undefined ? 'is no place of an event' : 'came together with at',
      remedy: 'write a place such as margin/0%23105, and no at',
    },
  ]);
}
