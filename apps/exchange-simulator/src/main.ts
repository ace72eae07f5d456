import { exchangeConfig, processConfig, runExchange } from '@ballast/services';

await runExchange(processConfig(process.env), exchangeConfig(process.env));
