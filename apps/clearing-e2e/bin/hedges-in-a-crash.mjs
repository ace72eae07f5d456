// Plays the fall of March 2020 over option writers with little fund, and prints what liquidations cost and who bore what: with options closed
// one by one, and with a hedge before. Prices are moved by close-outs.
//   node apps/clearing-e2e/bin/hedges-in-a-crash.mjs [none|hedge ...] [--seed N]
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { genesisFrom, Simulation } from '@ballast/services';
import { hashOf, line, openHouse, payloadsOf, printLosses, total } from './crash-run.mjs';

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
    return { ...document, body, hash: hashOf(body) };
  });
  return { ...genesis, documents };
};

async function run(name, seed) {
  const listed = await loadScenario('option-writers');
  const scenario = narrowedScenario({ ...listed, contracts: { ...listed.contracts, writers: WRITERS } }, WINDOW);
  const simulator = createExchangeSimulator({ scenario, seed, accounts: ACCOUNTS, partitions: PARTITIONS });
  const house = await openHouse(PARTITIONS, 'hedges', withPolicy(RULES[name]));
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  const [accounts, liquidation] = [await payloadsOf(house, 'accounts'), await payloadsOf(house, 'liquidation')];
  const orders = liquidation('CloseOutOrderPlaced');
  const isOption = ({ instrument }) => instrument.split('-').length === 4;
  const costs = liquidation('LiquidationCostAssessed');
  console.log(`${name}, seed ${seed}`);
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
  await printLosses(house, accounts, liquidation);
}

const [seed = '1'] = process.argv.includes('--seed') ? process.argv.slice(process.argv.indexOf('--seed') + 1) : [];
const named = process.argv.slice(2).filter((each) => each in RULES);
for (const name of named.length > 0 ? named : Object.keys(RULES)) await run(name, seed);
