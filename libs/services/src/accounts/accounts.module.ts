import { Module } from '@nestjs/common';
import { accountsProcess, fundProcess } from '@ballast/accounts-domain';
import { definitionToken, type ServiceDefinition } from '../service-definition.js';

export const accountsService: ServiceDefinition = {
  log: 'accounts',
  numbered: accountsProcess,
  global: fundProcess,
};

/** The same module in the embedded composition and in the process of its own. */
@Module({
  providers: [{ provide: definitionToken('accounts'), useValue: accountsService }],
  exports: [definitionToken('accounts')],
})
export class AccountsModule {}
