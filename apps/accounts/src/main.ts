import { AccountsModule, processConfig, runService } from '@ballast/services';

await runService(AccountsModule, 'accounts', processConfig(process.env));
