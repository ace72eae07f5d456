// Runs a window of a bundled scenario through a whole clearing house in this process, keeps nothing but its log entries,
// and writes those that `recompute.py` reads, one a line.
//   npm run build && node tools/recompute/export-run.mjs FILE.ndjson.gz [option ...]
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { encodeLogEvent } from '@ballast/contracts';
import { MemoryLogStore } from '@ballast/event-log';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { instantOf } from '@ballast/kernel';
import { loadScenario } from '@ballast/scenarios';
import { ClearingHouse, Simulation, genesisFrom } from '@ballast/services';

/** What decides a margin run; pricing and the exchange stand behind the schedules of margin. */
const LOGS = ['accounts', 'margin', 'liquidation'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scenario: { type: 'string', default: 'crash-2020-03' },
    from: { type: 'string', default: '2020-03-12T09:35:00Z' },
    to: { type: 'string', default: '2020-03-12T10:35:00Z' },
    accounts: { type: 'string', default: '50' },
    partitions: { type: 'string', default: '2' },
    seed: { type: 'string', default: '14' },
    documents: { type: 'string' },
  },
});
const [file] = positionals;
if (file === undefined) {
  console.error('export-run: name the file to write, such as run.ndjson.gz');
  process.exit(2);
}
const partitions = Number(values.partitions);
const scenario = {
  ...(await loadScenario(values.scenario)),
  from: instantOf(values.from),
  to: instantOf(values.to),
};
const house = await ClearingHouse.open({
  store: new MemoryLogStore(),
  partitions,
  worker: 'recompute',
  release: { release: 'ballast@recompute', build: '0'.repeat(64) },
  genesis: genesisFrom(values.documents),
});
const simulator = createExchangeSimulator({
  scenario,
  seed: values.seed,
  accounts: Number(values.accounts),
  partitions,
});
const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
while (!simulation.done) await simulation.step();

const lines = [];
for (const log of LOGS) {
  for (const { partition } of await house.logs.log(log).heads()) {
    for (let after = 0, page; (page = await house.logs.read(log, partition, after, 1_000)).length > 0;) {
      lines.push(...page.map((entry) => JSON.stringify(encodeLogEvent(entry))));
      after += page.length;
    }
  }
}
fs.writeFileSync(file, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
console.log(`${lines.length} entries, ${fs.statSync(file).size} bytes`);
