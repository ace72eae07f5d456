// Plays a crash with a book that is too thin and little fund, and prints who took what over and who bore what: with nobody, with liquidity
// providers, and with auctions in which accounts bid at the first price that leaves them what a provider is left.
//   node apps/clearing-e2e/bin/auctions-in-a-crash.mjs [none|providers|dutch|sealed|both ...]
import { setImmediate } from 'node:timers/promises';
import { GLOBAL } from '@ballast/event-sourcing';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { dec } from '@ballast/kernel';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { answerOf, genesisFrom, questions, Simulation } from '@ballast/services';
import { hashOf, line, openHouse, payloadsOf, printLosses } from './crash-run.mjs';

const PARTITIONS = 8;
const WINDOW = { from: '2020-03-12T10:00:00Z', to: '2020-03-12T10:40:00Z', openingFund: '5000', priceFeedback: true };
const TAKERS = [
  { account: 'provider-1.book', capacity: '2000000', discount: '0.002' },
  { account: 'provider-2.book', capacity: '1000000', discount: '0.002' },
  { account: 'provider-3.book', capacity: '5000000', discount: '0.005' },
];
const windowMs = 3_600_000;
const PROVIDERS = { windowMs, agreements: TAKERS.map((each) => ({ ...each, underlying: 'BTC' })) };
const COMMON = {
  windowMs,
  bindingMs: 60_000,
  bidders: TAKERS.map(({ account, capacity }) => ({ account, underlying: 'BTC', capacity })),
};
const DUTCH = {
  ...COMMON,
  dutch: { startingShare: '0.7', fastCutoffShare: '0.4', fastLengthMs: 60_000, slowLengthMs: 120_000, stepMs: 60_000 },
};
const SEALED = { ...COMMON, sealed: { lengthMs: 60_000 } };
const RUNS = {
  none: {},
  providers: { 'liquidity-providers': PROVIDERS },
  dutch: { auctions: DUTCH },
  sealed: { auctions: SEALED },
  both: { 'liquidity-providers': PROVIDERS, auctions: DUTCH },
};

const bundled = genesisFrom();
const withDocuments = (further) => (log) => {
  const genesis = bundled(log);
  if (log !== 'liquidation') return genesis;
  const documents = Object.entries(further).map(([kind, body]) => {
    return { kind, id: `${kind}@1`, hash: hashOf(body), body };
  });
  return { ...genesis, documents: [...genesis.documents, ...documents] };
};

/** Every account that an auction names bids for all it may, once it leaves him enough; of sealed bids what it leaves a provider, if so much is given. */
async function bid(house, simulation, round) {
  const worker = house.workerOf('liquidation', GLOBAL);
  for (const auction of answerOf(questions.deleveraging.auctions, worker.machine.state, [simulation.clearing])) {
    for (const { accountId, quantity } of auction.called ? [] : auction.bidders) {
      const { discount } = TAKERS.find(({ account }) => account === accountId);
      if (dec(auction.discount).lt(discount)) continue;
      const most = dec(quantity).lt(auction.left) ? quantity : auction.left;
      const body = { auctionId: auction.auctionId, accountId, quantity: most, discount };
      const id = `${auction.auctionId}-${accountId}-${round}`;
      const answered = house.execute('liquidation', GLOBAL, { id, type: 'BidInAuction', body, actor: null });
      while (worker.waitingCommands === 0) await setImmediate();
      await simulation.runCommands();
      await answered;
    }
  }
}

async function run(name) {
  const scenario = narrowedScenario(await loadScenario('crash-2020-03'), WINDOW);
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts: 1_000, partitions: PARTITIONS });
  const house = await openHouse(PARTITIONS, 'auctions', withDocuments(RUNS[name]));
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  for (let round = 0; !simulation.done; round += 1) {
    await simulation.step();
    await bid(house, simulation, round);
  }
  const [accounts, liquidation] = [await payloadsOf(house, 'accounts'), await payloadsOf(house, 'liquidation')];
  const auctioned = new Set(liquidation('ProvidersAsked').flatMap(({ auction }) => auction ?? []));
  const ended = liquidation('AuctionClosed').map(({ outcome }) => outcome);
  const counts = [...new Set(ended)].sort().map((each) => `${ended.filter((one) => one === each).length} ${each}`);
  const taken = liquidation('ProviderRoundClosed').filter(({ outcome }) => outcome === 'taken-over');
  console.log(name);
  line(
    'take-overs, by providers and by bidders',
    `${taken.filter(({ auction }) => auction === undefined).length}, ${taken.filter(({ auction }) => auction !== undefined).length}`,
  );
  line('auctions', `${ended.length}: ${counts.join(', ')}; ${auctioned.size} called`);
  await printLosses(house, accounts, liquidation);
}

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RUNS)) await run(name);
