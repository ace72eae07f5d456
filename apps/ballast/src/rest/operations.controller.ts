import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { ClearingMetrics } from '@ballast/observability';
import { isoOf } from '@ballast/kernel';
import { CLEARING, type ClearingGateway } from './clearing.gateway.js';

export const METRICS = 'ClearingMetrics';
export const READINESS = 'Readiness';

/** Why this process should not get requests now; empty when it may. */
export interface Readiness {
  reasons(): Promise<readonly string[]>;
}

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
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'The process can decide and store; 503 with reasons otherwise' })
  async ready(@Res() response: Response): Promise<void> {
    const reasons = await this.readiness.reasons();
    response
      .status(reasons.length === 0 ? 200 : 503)
      .json(reasons.length === 0 ? { status: 'ready' } : { status: 'not-ready', reasons });
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Figures for Prometheus' })
  async figures(@Res() response: Response): Promise<void> {
    response
      .status(200)
      .type('text/plain; version=0.0.4')
      .send(await this.metrics.text());
  }

  @Get('summary')
  @ApiOperation({ summary: 'What happened so far, in figures' })
  summary(): object {
    const picture = this.clearing.picture();
    return { ...picture, clearing: isoOf(picture.clearing) };
  }
}
