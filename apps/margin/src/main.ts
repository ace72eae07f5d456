import { MarginModule, processConfig, runService } from '@ballast/services';

await runService(MarginModule, 'margin', processConfig(process.env));
