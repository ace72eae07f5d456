import { viewerCost } from '../dist/viewer-cost.js';

const accounts = Number(process.argv[2] ?? 1_000);
let alone;
for (const viewers of [0, 5, 10]) {
  const cost = await viewerCost(viewers, accounts);
  alone ??= cost;
  const more = cost.cpuSeconds - alone.cpuSeconds;
  const each =
    viewers === 0 ? '' : `, ${((100 * more) / viewers / cost.wallSeconds).toFixed(1)} % of a core per viewer`;
  console.log(
    `${viewers} viewers of ${accounts} accounts: ${cost.cpuSeconds.toFixed(1)} s of processor in ${cost.wallSeconds.toFixed(1)} s, ` +
      `${cost.boards} boards${each}`,
  );
}
