import { MemoryLogStore } from '@ballast/event-log';
import { MINUTE_MS, canonicalText, instantOf, sha256 } from '@ballast/kernel';
import { ClearingHouse, Simulation, genesisFrom } from '@ballast/services';
import { scriptedExchange, type Scene } from './scripted-exchange.js';

export const PARTITIONS = 2;
const START = instantOf('2026-01-05T09:00:00Z');
const MAKER = 'maker.main';
export const DEBTOR = 'debtor.main';
const SHORT = 'short.main';

interface ThinBookOptions {
  /** A document of liquidation that no log begins with. */
  readonly document: { readonly kind: string; readonly id: string; readonly body: unknown };
  /** Accounts that may take over what the book does not, and the dollars of each. */
  readonly takers: Readonly<Record<string, string>>;
  /** For how many minutes Bitcoin stays where the debtor is below his liquidation level and has something left. */
  readonly minutes: number;
}

/** A house in memory, before anything has happened: a long of ten is about to fall below its liquidation level, and nobody buys in the book. */
export async function openThinBook({ document, takers, minutes }: ThinBookOptions) {
  const dollars = ([accountId, amount]: readonly [string, string]) => ({ accountId, dollars: amount });
  const owners = { [DEBTOR]: '12000', [SHORT]: '100000', [MAKER]: '100000000', ...takers };
  const scenes: readonly Omit<Scene, 'at'>[] = [
    { btc: '10000', fund: '100', opened: Object.entries(owners).map(dollars) },
    { btc: '10000', trades: [{ buyer: DEBTOR, seller: SHORT, quantity: '10' }] },
    ...Array.from({ length: minutes }, () => ({ btc: '9000' })),
  ];
  const simulator = scriptedExchange({
    partitions: PARTITIONS,
    scenes: scenes.map((scene, index) => ({ ...scene, at: START + index * MINUTE_MS })),
    maker: MAKER,
    answer: ({ limit }) => ({ quantity: '0', price: limit }),
  });
  const bundled = genesisFrom();
  const further = { ...document, hash: sha256(canonicalText(document.body)).toString('hex') };
  const house = await ClearingHouse.open({
    store: new MemoryLogStore(),
    partitions: PARTITIONS,
    worker: 'thin-book',
    release: { release: 'ballast@test', build: '0'.repeat(64) },
    genesis: (log) => {
      const genesis = bundled(log);
      return log === 'liquidation' ? { ...genesis, documents: [...genesis.documents, further] } : genesis;
    },
  });
  return { house, simulation: await Simulation.open({ house, simulator, steps: [...simulator.steps()] }) };
}
