import type { LogStore } from '@ballast/event-log';
import { createExchangeSimulator, type ExchangeSimulator, type Scenario } from '@ballast/exchange-simulator-domain';
import type { Genesis, HouseDocument } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { canonicalText, dec, instantOf, sha256, text, type Instant } from '@ballast/kernel';
import { loadScenario } from '@ballast/scenarios';
import { ClearingHouse, Simulation, genesisFrom, type SnapshotSetting } from '@ballast/services';
import fs from 'node:fs/promises';

export interface RunOptions {
  readonly scenario?: string;
  readonly from: string;
  readonly to: string;
  readonly accounts: number;
  readonly seed?: string;
  readonly partitions?: number;
  /** Share of the scenario's insurance fund, and of the house's own capital, that is there at the start; default: all of it. */
  readonly fundShare?: string;
  /** How coins that are collateral are quoted; default: as in the scenario. */
  readonly coins?: NonNullable<Scenario['coins']>;
  /** Program that the logs name; default: the same whatever was built, so that digests can be written down. */
  readonly release?: Release;
  readonly snapshots?: SnapshotSetting;
}

type Release = NonNullable<Parameters<typeof ClearingHouse.open>[0]['release']>;

const WRITTEN_DOWN: Release = { release: 'ballast@golden', build: '0'.repeat(64) };

/** What the processes of this build name. */
export const builtRelease = async (): Promise<Release> =>
  JSON.parse(
    await fs.readFile(new URL('../../../libs/services/dist/release.json', import.meta.url), 'utf8'),
  ) as Release;

export interface ClearingRun {
  readonly house: ClearingHouse;
  readonly simulator: ExchangeSimulator;
  readonly steps: readonly Instant[];
}

/** Clearing house and simulated exchange over a store, before anything has happened. */
export async function openRun(
  store: LogStore,
  {
    scenario: name = 'crash-2020-03',
    from,
    to,
    accounts,
    seed = '1',
    partitions = 8,
    fundShare = '1',
    coins,
    release = WRITTEN_DOWN,
    snapshots,
  }: RunOptions,
): Promise<ClearingRun> {
  const whole = await loadScenario(name);
  const scenario: Scenario = {
    ...whole,
    from: instantOf(from),
    to: instantOf(to),
    openingFund: text(dec(whole.openingFund).times(dec(fundShare)).toDecimalPlaces(2)),
    ...(coins === undefined ? {} : { coins }),
  };
  const simulator = createExchangeSimulator({ scenario, seed, accounts, partitions });
  const house = await ClearingHouse.open({
    store,
    partitions,
    worker: 'clearing-e2e',
    release,
    snapshots,
    genesis: genesisWith(fundShare),
  });
  return { house, simulator: simulator, steps: [...simulator.steps()] };
}

/** The bundled rules with a share of the house's own capital. */
function genesisWith(share: string): (log: ServiceLog) => Genesis {
  const bundled = genesisFrom();
  return (log) => {
    const genesis = bundled(log);
    const documents = genesis.documents.map((document) =>
      document.kind === 'loss-waterfall' && share !== '1' ? withTranche(document, share) : document,
    );
    return { ...genesis, documents };
  };
}

function withTranche(document: HouseDocument, share: string): HouseDocument {
  const { houseTranche, ...rest } = document.body as { readonly houseTranche: string };
  const body = { ...rest, houseTranche: text(dec(houseTranche).times(share)) };
  return { ...document, body, hash: sha256(canonicalText(body)).toString('hex') };
}

/** Runs a window to its end, in lockstep and in this process. */
export async function runToEnd(store: LogStore, options: RunOptions): Promise<ClearingHouse> {
  const run = await openRun(store, options);
  const simulation = await Simulation.open(run);
  while (!simulation.done) await simulation.step();
  return run.house;
}
