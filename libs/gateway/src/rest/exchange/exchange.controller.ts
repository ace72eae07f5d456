import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import * as contract from '@ballast/contracts';
import { Answers, AskedByPerson, InPath, Takes } from '../open-api.js';
import { parsed, Problem } from '../problem.js';
import { INTAKE, notKept, type Intake } from './intake.js';

/** Messages of an exchange outside: a batch of one producer, with an answer for each of them. */
@ApiTags('exchange')
@Controller('exchange')
export class ExchangeController {
  constructor(@Inject(INTAKE) private readonly given: Intake | null) {}

  @Post('messages')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Takes messages of a producer; their positions say what was sent before, so no Idempotency-Key is needed',
  })
  @Takes(contract.exchangeSubmission)
  @Answers(200, contract.exchangeAnswers, 'What became of each message; what is kept is stored')
  async submitMessages(@Body() body: unknown): Promise<contract.ExchangeAnswers> {
    const submission = parsed(contract.exchangeSubmission, body, 'body');
    return await this.#intake.submit(submission);
  }

  @Get('producers')
  @ApiOperation({ summary: 'How far the messages of each producer were kept, and which of them contradict themselves' })
  @Answers(200, contract.producersView, 'By name')
  producers(): Promise<contract.Producers> {
    return this.#intake.producers();
  }

  @Post('producers/:producer/continuations')
  @ApiOperation({ summary: 'Proposes that a producer goes on with another incarnation; X-Actor names the person' })
  @InPath('producer', contract.producerName)
  @AskedByPerson(contract.continuationRequest, {
    status: 201,
    answers: contract.producersView,
    says: 'Proposed; the producer as it stands now',
    at: '/exchange/producers',
  })
  proposeContinuation(
    @Req() request: Request,
    @Param('producer') producer: string,
    @Body() body: unknown,
  ): Promise<contract.Producers> {
    const name = parsed(contract.producerName, producer, 'producer');
    const asked = parsed(contract.continuationRequest, body, 'body');
    const person = personOf(request);
    return this.#intake.propose(name, asked, person);
  }

  @Post('producers/:producer/continuations/approvals')
  @ApiOperation({ summary: 'Approves it; X-Actor must be another person than the proposer' })
  @InPath('producer', contract.producerName)
  @AskedByPerson(contract.continuationApproval, {
    status: 201,
    answers: contract.producersView,
    says: 'Position 1 of the new incarnation is taken next',
    at: '/exchange/producers',
  })
  approveContinuation(
    @Req() request: Request,
    @Param('producer') producer: string,
    @Body() body: unknown,
  ): Promise<contract.Producers> {
    const name = parsed(contract.producerName, producer, 'producer');
    const asked = parsed(contract.continuationApproval, body, 'body');
    const person = personOf(request);
    return this.#intake.approve(name, asked, person);
  }

  /** Asked for when what was sent has been read: a malformed request is refused as such also where no intake is. */
  get #intake(): Intake {
    if (this.given !== null) return this.given;
    throw notKept();
  }
}

/** Four eyes need two names. */
function personOf(request: Request): string {
  const person = request.header('x-actor');
  if (person === undefined) throw new Problem('request-malformed', 'X-Actor is missing: name the person who asks');
  return parsed(contract.actor, person, 'X-Actor');
}
