import { Module } from '@nestjs/common';
import { accountsProcess, fundProcess } from '@ballast/accounts-domain';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { definitionToken } from '../definition-token.js';

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
