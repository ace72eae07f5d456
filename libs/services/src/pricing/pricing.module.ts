import { Module } from '@nestjs/common';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { pricingProcess } from '@ballast/pricing-domain';
import { definitionToken } from '../definition-token.js';

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
