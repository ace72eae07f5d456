import { Module } from '@nestjs/common';
import { marginProcess, marginGlobalProcess } from '@ballast/margin-domain';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { definitionToken } from '../definition-token.js';

export const marginService: ServiceDefinition = {
  log: 'margin',
  numbered: marginProcess,
  global: marginGlobalProcess,
};

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('margin'), useValue: marginService }],
  exports: [definitionToken('margin')],
})
export class MarginModule {}
