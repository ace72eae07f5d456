import { Module } from '@nestjs/common';
import { definitionToken } from '../definition-token.js';
import { liquidationService } from '../definitions.js';

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('liquidation'), useValue: liquidationService }],
  exports: [definitionToken('liquidation')],
})
export class LiquidationModule {}
