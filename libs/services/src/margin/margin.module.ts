import { Module } from '@nestjs/common';
import { definitionToken } from '../definition-token.js';
import { marginService } from '../definitions.js';

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('margin'), useValue: marginService }],
  exports: [definitionToken('margin')],
})
export class MarginModule {}
