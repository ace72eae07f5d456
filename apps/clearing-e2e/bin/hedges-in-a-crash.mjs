// Plays the fall of March 2020 over option writers with little fund, and prints what liquidations cost and who bore what: with options closed
// one by one, and with a hedge before. Prices are moved by close-outs.
//   node apps/clearing-e2e/bin/hedges-in-a-crash.mjs [none|hedge ...] [--seed N]
import { replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { canonicalText, dec, sha256, sum, text } from '@ballast/kernel';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { ClearingHouse, genesisFrom, SERVICES, Simulation } from '@ballast/services';

const PARTITIONS = 2;
const ACCOUNTS = 300;
const WRITERS = 150;
const WINDOW = {
  from: '2020-03-12T10:00:00Z',
  to: '2020-03-12T11:10:00Z',
  openingFund: '5000',
  priceFeedback: true,
};
const RULES = { none: {}, hedge: { hedge: { parts: 16 } } };

const bundled = genesisFrom();
/** The rules that a house begins with, the liquidation policy changed. */
const withPolicy = (change) => (log) => {
  const genesis = bundled(log);
  const documents = genesis.documents.map((document) => {
    if (document.kind !== 'liquidation-policy') return document;
    const body = { ...document.body, ...change };
    return { ...document, body, hash: sha256(canonicalText(body)).toString('hex') };
  });
  return { ...genesis, documents };
};

async function eventsOf(house, log) {
  const found = [];
  for (const partition of [GLOBAL, ...Array.from({ length: PARTITIONS }, (_, number) => number)]) {
    for (let after = 0; ;) {
      const page = await house.logs.log(log).read(partition, after, 1_000);
      found.push(...page);
      if (page.length < 1_000) break;
      after += page.length;
    }
  }
  return found;
}

async function run(name, seed) {
  const listed = await loadScenario('option-writers');
  const scenario = narrowedScenario({ ...listed, contracts: { ...listed.contracts, writers: WRITERS } }, WINDOW);
  const simulator = createExchangeSimulator({ scenario, seed, accounts: ACCOUNTS, partitions: PARTITIONS });
  const house = await ClearingHouse.open({
    store: new MemoryLogStore(),
    partitions: PARTITIONS,
    worker: 'hedges',
    release: { release: 'ballast@hedges', build: '0'.repeat(64) },
    genesis: withPolicy(RULES[name]),
  });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  const [accounts, liquidation] = [await eventsOf(house, 'accounts'), await eventsOf(house, 'liquidation')];
  const of = (events, type) => events.filter((event) => event.type === type).map(({ payload }) => payload);
  const total = (amounts) => text(sum(amounts.map((amount) => dec(amount))));
  const orders = of(liquidation, 'CloseOutOrderPlaced');
  const isOption = ({ instrument }) => instrument.split('-').length === 4;
  const costs = of(liquidation, 'LiquidationCostAssessed');
  const line = (label, figure) => console.log(`  ${label.padEnd(48)}${figure}`);
  console.log(`${name}, seed ${seed}`);
  line(
    'cases opened, closed',
    `${of(liquidation, 'LiquidationOpened').length}, ${of(liquidation, 'LiquidationClosed').length}`,
  );
  line(
    'orders: hedges, options, others',
    [
      orders.filter(({ hedge }) => hedge !== undefined).length,
      orders.filter(isOption).length,
      orders.filter((order) => order.hedge === undefined && !isOption(order)).length,
    ].join(', '),
  );
  line('closed notional', total(costs.map(({ closedNotional }) => closedNotional)));
  line(
    'penalties, slippage of them',
    `${total(costs.map(({ penalty }) => penalty))}, ${total(costs.map(({ slippage }) => slippage))}`,
  );
  line('losses that reserve, fund and house paid', total(of(accounts, 'LossStepTaken').map(({ amount }) => amount)));
  line('losses that nobody paid', total(of(accounts, 'UncoveredLossBooked').map(({ amount }) => amount)));
  line('requests to the other side', of(liquidation, 'AdlRequested').length);
  const { faults } = await verify(house.logs);
  const { divergence } = await replay(house.logs, SERVICES, () => 0);
  line(
    'verify and replay',
    `${faults.length === 0 ? 'no fault' : JSON.stringify(faults[0])}, ${divergence === undefined ? 'the same bytes' : JSON.stringify(divergence)}`,
  );
}

const [seed = '1'] = process.argv.includes('--seed') ? process.argv.slice(process.argv.indexOf('--seed') + 1) : [];
const named = process.argv.slice(2).filter((each) => each in RULES);
for (const name of named.length > 0 ? named : Object.keys(RULES)) await run(name, seed);
