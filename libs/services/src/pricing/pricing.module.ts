import { Module } from '@nestjs/common';
import { pricingProcess } from '@ballast/pricing-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

export const pricingService: ServiceDefinition = {
  log: 'pricing',
  numbered: undefined,
  global: pricingProcess,
};

/** The same module in the embedded composition and in the process of its own. */
@Module({
  providers: [{ provide: definitionToken('pricing'), useValue: pricingService }],
  exports: [definitionToken('pricing')],
})
export class PricingModule {}
