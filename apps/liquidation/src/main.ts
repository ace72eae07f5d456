import { LiquidationModule, processConfig, runService, startProcess } from '@ballast/services';

await startProcess(() => runService(LiquidationModule, 'liquidation', processConfig(process.env)));
