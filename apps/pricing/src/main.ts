import { PricingModule, processConfig, runService } from '@ballast/services';

await runService(PricingModule, 'pricing', processConfig(process.env));
