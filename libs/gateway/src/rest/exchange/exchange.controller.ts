import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import type { ContinuationOutcome, ExchangeIntake } from '@ballast/services';
import { Answers, AnswersProblems, AskedByPerson, InPath, Takes } from '../open-api.js';
import { parsed, Problem } from '../problem.js';

export const INTAKE = 'ExchangeIntake';

const REFUSALS: { readonly [C in Extract<ContinuationOutcome, { status: 'refused' }>['code']]: string } = {
  'producer-unknown': 'nothing was ever sent by a producer of this name',
  'incarnation-used': 'messages of this incarnation were taken before; name one that was never sent',
  'continuation-not-proposed': 'nobody has proposed that the producer goes on with this incarnation',
  'proposer-may-not-approve': 'another person than the proposer must approve',
};

interface Producers {
  readonly partitions: number;
  readonly producers: ReturnType<ExchangeIntake['producers']>;
}

/** Messages of an exchange outside: a batch of one producer, with an answer for each of them. */
@ApiTags('exchange')
@AnswersProblems()
@Controller('exchange')
export class ExchangeController {
  constructor(@Inject(INTAKE) private readonly given: ExchangeIntake | null) {}

  @Post('messages')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Takes messages of a producer; their positions say what was sent before, so no Idempotency-Key is needed',
  })
  @Takes(contract.exchangeSubmission)
  @Answers(200, contract.exchangeAnswers, 'What became of each message; what is kept is stored')
  async submit(@Body() body: unknown): Promise<contract.ExchangeAnswers> {
    const submission = parsed(contract.exchangeSubmission, body, 'body');
    const outcome = await this.#intake().submit(submission);
    if (outcome.status === 'refused') throw new Problem(outcome.code, outcome.detail, [], submission.producer);
    return outcome.answers;
  }

  @Get('producers')
  @ApiOperation({ summary: 'How far the messages of each producer were kept, and which of them contradict themselves' })
  @Answers(200, contract.producersView, 'By name')
  producers(): Producers {
    const intake = this.#intake();
    return { partitions: intake.partitions, producers: intake.producers() };
  }

  @Post('producers/:producer/continuations')
  @HttpCode(201)
  @ApiOperation({ summary: 'Proposes that a producer goes on with another incarnation; X-Actor names the person' })
  @InPath('producer', contract.producerName)
  @AskedByPerson(contract.continuationRequest)
  @Answers(201, contract.producersView, 'Proposed; the producer as it stands now')
  async propose(@Req() request: Request, @Param('producer') producer: string, @Body() body: unknown): Promise<object> {
    const { incarnation, reason } = parsed(contract.continuationRequest, body, 'body');
    const name = parsed(contract.producerName, producer, 'producer');
    return this.#told(name, await this.#intake().propose(name, incarnation, reason, personOf(request)));
  }

  @Post('producers/:producer/continuations/approvals')
  @HttpCode(201)
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('producer', contract.producerName)
  @AskedByPerson(contract.continuationApproval)
  @Answers(201, contract.producersView, 'Position 1 of the new incarnation is taken next')
  async approve(@Req() request: Request, @Param('producer') producer: string, @Body() body: unknown): Promise<object> {
    const { incarnation } = parsed(contract.continuationApproval, body, 'body');
    const name = parsed(contract.producerName, producer, 'producer');
    return this.#told(name, await this.#intake().approve(name, incarnation, personOf(request)));
  }

  #told(producer: string, outcome: ContinuationOutcome): object {
    if (outcome.status === 'refused') throw new Problem(outcome.code, REFUSALS[outcome.code], [], producer);
    const { partitions, producers } = this.producers();
    return { partitions, producers: producers.filter((each) => each.producer === producer) };
  }

  #intake(): ExchangeIntake {
    if (this.given !== null) return this.given;
    throw new Problem(
      'exchange-not-kept',
      'no messages are taken here: start serve with --exchange none, or send them to the process exchange-intake',
    );
  }
}

/** Four eyes need two names. */
function personOf(request: Request): string {
  const person = request.header('x-actor');
  if (person === undefined) throw new Problem('request-malformed', 'X-Actor is missing: name the person who asks');
  return parsed(contract.actor, person, 'X-Actor');
}
