import { LiquidationModule, processConfig, runService } from '@ballast/services';

await runService(LiquidationModule, 'liquidation', processConfig(process.env));
