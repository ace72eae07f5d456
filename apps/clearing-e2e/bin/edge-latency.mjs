// How long deposits and health checks take beside fifty what-ifs of 30 positions on a grid of 31 x 31, at a server that has BTC-PERP and
// ETH-PERP with prices. Bounds: p99 of deposits 100 ms, the longest /health/live 50 ms.
//   node apps/clearing-e2e/bin/edge-latency.mjs http://127.0.0.1:8787
import os from 'node:os';
import { performance } from 'node:perf_hooks';

const [url = 'http://127.0.0.1:8787'] = process.argv.slice(2);
const run = Date.now();
const account = `latency.${run}`;
const WHAT_IFS = 50;
const FEWEST = 200;

async function post(path, body, key) {
  const headers = { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

async function timed(ask) {
  const begun = performance.now();
  const status = await ask();
  return { status, ms: performance.now() - begun };
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
function told(name, measured, bound) {
  const ms = measured.map((each) => each.ms).sort((a, b) => a - b);
  const statuses = [...new Set(measured.map(({ status }) => status))].join(', ');
  const figures = [0.5, 0.99, 1].map((share) => at(ms, share).toFixed(1));
  console.log(
    `${name.padEnd(14)} ${ms.length} times, answered ${statuses}; p50 ${figures[0]}, p99 ${figures[1]}, longest ${figures[2]} ms (${bound})`,
  );
}

const axis = Array.from({ length: 31 }, (_, i) => ((i - 15) / 100).toFixed(2));
const question = {
  positions: Array.from({ length: 30 }, (_, i) => ({
    ...{ instrument: i % 2 === 0 ? 'BTC-PERP' : 'ETH-PERP', quantity: '0.01', mode: 'add' },
  })),
  shocks: { spotMoves: axis, volatilityShocks: axis },
};

await post('/accounts', { accountId: account }, `open-${account}`);
await post(
  `/accounts/${account}/deposits`,
  { depositId: 'first', asset: 'USD', amount: '1000000' },
  `first-${account}`,
);

async function beside(isOver) {
  const deposits = [];
  const lives = [];
  for (let i = 0; i < FEWEST || !isOver(); i++) {
    const money = { depositId: `d-${deposits.length}-${run}`, asset: 'USD', amount: '1' };
    deposits.push(await timed(() => post(`/accounts/${account}/deposits`, money, `key-${money.depositId}`)));
    lives.push(await timed(async () => (await fetch(`${url}/health/live`)).status));
  }
  return { deposits, lives };
}

const idle = await beside(() => true);
let waiting = WHAT_IFS;
const asked = Array.from({ length: WHAT_IFS }, () =>
  timed(() => post(`/accounts/${account}/what-if`, question)).finally(() => (waiting -= 1)),
);
const busy = await beside(() => waiting === 0);
console.log(`${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`);
told('deposit, alone', idle.deposits, 'no bound');
told('live, alone', idle.lives, 'no bound');
told('deposit', busy.deposits, 'bound of p99: 100');
told('/health/live', busy.lives, 'bound: 50');
told('what-if', await Promise.all(asked), 'no bound; 429 and 503 ask to come again');
