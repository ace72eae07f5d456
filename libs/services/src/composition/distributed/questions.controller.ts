import { Body, Controller, Get, Header, HttpCode, HttpException, Inject, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { logPartitionForm } from '@ballast/contracts';
import type { ServiceLog } from '@ballast/facts';
import { ModelInputError } from '@ballast/kernel';
import type { PartitionWorker } from '@ballast/partition-worker';
import { GivenUp, NotStored, QuestionDesk, TooManyQuestions } from '../../questions/question-desk.js';
import { QUESTION_TYPE, answerText, readQuestion } from '../../questions/question-wire.js';
import { questionNamed } from '../../questions/questions.js';
import type { PartitionStanding } from '../../questions/owners.js';

export const ASKED = 'AskedPartitions';

/** The partitions of one service that this process decides. */
export interface AskedPartitions {
  readonly log: ServiceLog;
  /** Name of this process. */
  readonly worker: string;
  readonly workers: readonly PartitionWorker[];
}

/** Status of an answer that somebody else has to give. */
export const NOT_OWNED_HERE = 421;

/** Answers the house's own edges about the present state of partitions that are decided here. */
@Controller('v1')
export class QuestionsController {
  readonly #desk = new QuestionDesk();

  constructor(@Inject(ASKED) private readonly asked: AskedPartitions) {}

  @Post('questions/:partition')
  @HttpCode(200)
  @Header('content-type', QUESTION_TYPE)
  async answer(
    @Param('partition') partitionText: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const { name, parameters } = read(body);
    const partition = Number(logPartitionForm.safeParse(Number(partitionText)).data);
    const question = questionNamed(name);
    if (question === undefined) throw new HttpException(`${name.slice(0, 60)} is no question of this release`, 400);
    const worker = this.asked.workers.find((each) => each.log === question.log && each.partition === partition);
    if (worker === undefined)
      throw new HttpException(`${question.log}/${partition} is not decided here`, NOT_OWNED_HERE);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      return await answerText(await this.#desk.tell(worker, question, parameters, gone.signal));
    } catch (error) {
      // Nobody is there to be told.
      if (gone.signal.aborted) return '';
      throw refusalOf(error);
    }
  }

  @Get('standings')
  standings(): readonly PartitionStanding[] {
    const { log, worker: owner, workers } = this.asked;
    return workers.map(({ partition, size, applied, waitingCommands, machine }) => ({
      ...{ log, partition, owner, applied, waitingCommands },
      position: size,
      clearing: machine.clearing,
    }));
  }
}

function read(body: unknown): ReturnType<typeof readQuestion> {
  try {
    return readQuestion(body as string);
  } catch (error) {
    throw new HttpException(`the body ${(error as Error).message}`, 400);
  }
}

/** What the asker is to be told of; anything else is a failure of this process. */
function refusalOf(error: unknown): unknown {
  if (error instanceof TooManyQuestions) return new HttpException(error.message, 429);
  if (error instanceof GivenUp) return new HttpException(error.message, NOT_OWNED_HERE);
  if (error instanceof NotStored) return new HttpException(error.message, 503);
  if (!(error instanceof ModelInputError)) return error;
  const { code, field, message } = error;
  return new HttpException({ code, field, message }, 422);
}
