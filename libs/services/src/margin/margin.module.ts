import { Module } from '@nestjs/common';
import { marginProcess, marginGlobalProcess } from '@ballast/margin-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

export const marginService: ServiceDefinition = {
  log: 'margin',
  numbered: marginProcess,
  global: marginGlobalProcess,
};

/** The same module in the embedded composition and in the process of its own. */
@Module({
  providers: [{ provide: definitionToken('margin'), useValue: marginService }],
  exports: [definitionToken('margin')],
})
export class MarginModule {}
