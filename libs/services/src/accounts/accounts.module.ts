import { Module } from '@nestjs/common';
import { accountsProcess, fundProcess } from '@ballast/accounts-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

export const accountsService: ServiceDefinition = {
  log: 'accounts',
  numbered: accountsProcess,
  global: fundProcess,
};

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('accounts'), useValue: accountsService }],
  exports: [definitionToken('accounts')],
})
export class AccountsModule {}
