import { Module } from '@nestjs/common';
import { definitionToken } from '../definition-token.js';
import { pricingService } from '../definitions.js';

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('pricing'), useValue: pricingService }],
  exports: [definitionToken('pricing')],
})
export class PricingModule {}
