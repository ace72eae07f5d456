import { Module } from '@nestjs/common';
import { liquidationProcess, deleveragingProcess } from '@ballast/liquidation-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

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
