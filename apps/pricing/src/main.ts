import { PricingModule, processConfig, runService, startProcess } from '@ballast/services';

await startProcess(() => runService(PricingModule, 'pricing', processConfig(process.env)));
