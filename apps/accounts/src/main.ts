import { AccountsModule, processConfig, runService, startProcess } from '@ballast/services';

await startProcess(() => runService(AccountsModule, 'accounts', processConfig(process.env)));
