import { Module } from '@nestjs/common';
import { liquidationProcess, deleveragingProcess } from '@ballast/liquidation-domain';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { definitionToken } from '../definition-token.js';

export const liquidationService: ServiceDefinition = {
  log: 'liquidation',
  numbered: liquidationProcess,
  global: deleveragingProcess,
};

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('liquidation'), useValue: liquidationService }],
  exports: [definitionToken('liquidation')],
})
export class LiquidationModule {}
