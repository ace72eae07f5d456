import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { readLogPlace, readPlace, type LogPlace } from '@ballast/audit';
import * as contract from '@ballast/contracts';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers, InPath } from './open-api.js';
import { Problem, parsed } from './problem.js';

/** One event by its place: as it stands in the log, with its causes, and as a decision about an account. */
@ApiTags('events')
@Controller()
export class EventsController {
  constructor(@Inject(CLEARING) private readonly clearing: ClearingGateway) {}

  @Get('events/:log/:partition/:position')
  @ApiOperation({
    summary: 'An event with its hash, from the outside input it followed from to the last that followed from it',
  })
  @InPath('log', contract.logNameForm)
  @InPath('partition', contract.logPartitionForm)
  @InPath('position', contract.positionForm)
  @Answers(200, contract.eventView, 'The event and its causes')
  async event(
    @Param('log') log: string,
    @Param('partition') partition: string,
    @Param('position') position: string,
  ): Promise<object> {
    const place = placeOf(log, partition, position);
    const found = await this.clearing.history.event(place);
    if (found === 'event-unknown') throw unknownEvent(place);
    return found;
  }

  @Get('events/:log/:partition/:position/recomputation')
  @ApiOperation({ summary: 'Decides the partition again from its inputs up to the event, and compares every byte' })
  @InPath('log', contract.logNameForm)
  @InPath('partition', contract.logPartitionForm)
  @InPath('position', contract.positionForm)
  @Answers(200, contract.recomputation, 'How many events came out the same, and the first that did not')
  async recomputeEvent(
    @Param('log') log: string,
    @Param('partition') partition: string,
    @Param('position') position: string,
  ): Promise<object> {
    const place = placeOf(log, partition, position);
    const found = await this.clearing.history.recomputation(place);
    if (found === 'event-unknown') throw unknownEvent(place);
    return found;
  }

  @Get('decisions/:log/:partition/:position')
  @ApiOperation({ summary: 'Why an account is in its state at one event about it, whichever account that is' })
  @InPath('log', contract.logNameForm)
  @InPath('partition', contract.logPartitionForm)
  @InPath('position', contract.positionForm)
  @Answers(200, contract.accountExplanation, 'Recomputed from the logs up to the event')
  async explainDecision(
    @Param('log') log: string,
    @Param('partition') partition: string,
    @Param('position') position: string,
  ): Promise<object> {
    const place = placeOf(log, partition, position);
    const explained = readPlace(`${log}/${partition}#${position}`);
    const found = explained === undefined ? 'event-unknown' : await this.clearing.history.decision(explained);
    if (typeof found === 'string') throw unknownEvent(place);
    return found;
  }
}

function placeOf(log: string, partition: string, position: string): LogPlace {
  const place = {
    log: parsed(contract.logNameForm, log, 'log'),
    partition: parsed(contract.logPartitionForm, partition, 'partition'),
    position: parsed(contract.positionForm, position, 'position'),
  };
  const read = readLogPlace(`${place.log}/${place.partition}#${place.position}`);
  if (read === undefined) throw unknownEvent(place);
  return read;
}

const unknownEvent = ({ log, partition, position }: LogPlace): Problem =>
  new Problem('event-unknown', `${log.slice(0, 60)}/${partition}#${position} is no event, or none about an account`);
