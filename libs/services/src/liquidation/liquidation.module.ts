import { Module } from '@nestjs/common';
import { liquidationProcess, deleveragingProcess } from '@ballast/liquidation-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

export const liquidationService: ServiceDefinition = {
  log: 'liquidation',
  numbered: liquidationProcess,
  global: deleveragingProcess,
};

/** The same module in the embedded composition and in the process of its own. */
@Module({
  providers: [{ provide: definitionToken('liquidation'), useValue: liquidationService }],
  exports: [definitionToken('liquidation')],
})
export class LiquidationModule {}
