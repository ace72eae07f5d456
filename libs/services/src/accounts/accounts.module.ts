import { Module } from '@nestjs/common';
import { definitionToken } from '../definition-token.js';
import { accountsService } from '../definitions.js';

/** For the process of its own; the embedded composition runs the definition without it. */
@Module({
  providers: [{ provide: definitionToken('accounts'), useValue: accountsService }],
  exports: [definitionToken('accounts')],
})
export class AccountsModule {}
