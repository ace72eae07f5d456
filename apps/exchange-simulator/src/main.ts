import { exchangeConfig, playedCrowd, processConfig, runExchange, startProcess } from '@ballast/services';

await startProcess(async () => {
  const config = processConfig(process.env);
  await runExchange(config, await playedCrowd(exchangeConfig(process.env), config.partitions));
});
