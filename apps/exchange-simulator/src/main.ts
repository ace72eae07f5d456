import { exchangeConfig, playedCrowd, processConfig, runExchange } from '@ballast/services';

const config = processConfig(process.env);
await runExchange(config, await playedCrowd(exchangeConfig(process.env), config.partitions));
