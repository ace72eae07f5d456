import { Module } from '@nestjs/common';
import { pricingProcess } from '@ballast/pricing-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

export const pricingService: ServiceDefinition = {
  log: 'pricing',
  numbered: undefined,
  global: pricingProcess,
};

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('pricing'), useValue: pricingService }],
  exports: [definitionToken('pricing')],
})
export class PricingModule {}
