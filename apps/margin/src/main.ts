import { MarginModule, processConfig, runService, startProcess } from '@ballast/services';

await startProcess(() => runService(MarginModule, 'margin', processConfig(process.env)));
