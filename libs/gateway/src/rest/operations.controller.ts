import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import * as contract from '@ballast/contracts';
import type { ClearingMetrics } from '@ballast/observability';
import { takeFigures } from './clearing-figures.js';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';
import { Answers } from './open-api.js';

export const METRICS = 'ClearingMetrics';
export const READINESS = 'Readiness';

/** Why this process should not get requests now; empty when it may. */
export interface Readiness {
  reasons(): Promise<readonly string[]>;
}

const statusOf = (status: string, more: Record<string, object> = {}) => ({
  type: 'object' as const,
  properties: { status: { type: 'string' as const, enum: [status] }, ...more },
  required: ['status', ...Object.keys(more)],
});

@ApiTags('operations')
@Controller()
export class OperationsController {
  constructor(
    @Inject(CLEARING) private readonly clearing: ClearingGateway,
    @Inject(METRICS) private readonly metrics: ClearingMetrics,
    @Inject(READINESS) private readonly readiness: Readiness,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process runs' })
  @ApiOkResponse({ description: 'It does', schema: statusOf('live') })
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The process can decide and store; 503 with reasons otherwise' })
  @ApiOkResponse({ description: 'It can', schema: statusOf('ready') })
  @ApiResponse({
    status: 503,
    description: 'It cannot now, and why',
    schema: statusOf('not-ready', { reasons: { type: 'array', items: { type: 'string' } } }),
  })
  async ready(@Res() response: Response): Promise<void> {
    const reasons = await this.readiness.reasons();
    const ready = reasons.length === 0;
    response.status(ready ? 200 : 503).json(ready ? { status: 'ready' } : { status: 'not-ready', reasons });
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Figures for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'Text of Prometheus', schema: { type: 'string' } })
  async prometheusFigures(@Res() response: Response): Promise<void> {
    await takeFigures(this.metrics, this.clearing);
    response.status(200).setHeader('content-type', this.metrics.registry.contentType);
    response.send(await this.metrics.text());
  }

  @Get('summary')
  @ApiOperation({ summary: 'What happened so far, in figures' })
  @Answers(200, contract.summary, 'As far as lists have read the logs')
  summary(): object {
    return this.clearing.picture();
  }
}
