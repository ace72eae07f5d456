import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { isoOf } from '@ballast/kernel';
import type { ClearingMetrics } from '@ballast/observability';
import { takeFigures } from './clearing-figures.js';
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
    const ready = reasons.length === 0;
    response.status(ready ? 200 : 503).json(ready ? { status: 'ready' } : { status: 'not-ready', reasons });
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Figures for Prometheus' })
  @ApiProduces('text/plain')
  async figures(@Res() response: Response): Promise<void> {
    takeFigures(this.metrics, this.clearing);
    response.status(200).setHeader('content-type', this.metrics.registry.contentType);
    response.send(await this.metrics.text());
  }

  @Get('summary')
  @ApiOperation({ summary: 'What happened so far, in figures' })
  summary(): object {
    const picture = this.clearing.picture();
    return { ...picture, clearing: isoOf(picture.clearing) };
  }
}
