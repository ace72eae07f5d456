import { MemoryLogStore } from '@ballast/event-log';
import { GLOBAL, type CommandResult, type SealedEvent } from '@ballast/event-sourcing';
import { MINUTE_MS, canonicalText, instantOf, sha256 } from '@ballast/kernel';
import { ClearingHouse, Simulation, answerOf, genesisFrom, questions } from '@ballast/services';
import { entriesOf } from './rewrite-history.js';
import { scriptedExchange, type Scene } from './scripted-exchange.js';
import { untilCommandWaits } from './waiting-command.js';

export const PARTITIONS = 2;
export const START = instantOf('2026-01-05T09:00:00Z');
const MAKER = 'maker.main';
export const DEBTOR = 'debtor.main';
export const SHORT = 'short.main';

/** A document of liquidation that no log begins with. */
interface FurtherDocument {
  readonly kind: string;
  readonly id: string;
  readonly body: unknown;
}

interface ThinBookOptions {
  readonly document: FurtherDocument;
  /** Accounts that may take over what the book does not, and the dollars of each. */
  readonly takers: Readonly<Record<string, string>>;
  /** For how many minutes Bitcoin stays where the debtor is below his liquidation level and has something left. */
  readonly minutes: number;
}

const dollarsOf = (owners: Readonly<Record<string, string>>): NonNullable<Scene['opened']> =>
  Object.entries(owners).map(([accountId, dollars]) => ({ accountId, dollars }));

/** A house in memory, before anything has happened: a long of ten is about to fall below its liquidation level, and nobody buys in the book. */
export async function openThinBook({ document, takers, minutes }: ThinBookOptions) {
  const owners = { [DEBTOR]: '12000', [SHORT]: '100000', [MAKER]: '100000000', ...takers };
  return openStory(document, [
    { btc: '10000', fund: '100', opened: dollarsOf(owners) },
    { btc: '10000', trades: [{ buyer: DEBTOR, seller: SHORT, quantity: '10' }] },
    ...Array.from({ length: minutes }, () => ({ btc: '9000' })),
  ]);
}

/** The same with another story, a minute a scene, and owners with so many dollars. */
export function openThinStory(
  document: FurtherDocument,
  owners: Readonly<Record<string, string>>,
  scenes: readonly Omit<Scene, 'at'>[],
) {
  const [first, ...others] = scenes;
  if (first === undefined) throw new Error('a story has a scene');
  const opened = dollarsOf({ [MAKER]: '100000000', ...owners });
  return openStory(document, [{ ...first, opened }, ...others]);
}

async function openStory(document: FurtherDocument, scenes: readonly Omit<Scene, 'at'>[]) {
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

interface Bid {
  readonly accountId: string;
  readonly quantity: string;
  readonly discount: string;
}

/** A house in whose auctions somebody bids between its minutes. */
export class BiddingHouse {
  readonly answers: CommandResult[] = [];
  constructor(
    readonly house: ClearingHouse,
    private readonly simulation: Simulation,
  ) {}

  #state(): object {
    return this.house.workerOf('liquidation', GLOBAL).machine.state as object;
  }

  /** What the auctions are now. */
  auctions() {
    const { clearing = 0 } = this.simulation;
    return answerOf(questions.deleveraging.auctions, this.#state(), [{ after: null, limit: 100 }, clearing]);
  }

  async bid(bid: Bid): Promise<CommandResult> {
    const [auction] = this.auctions();
    const body = { auctionId: auction?.auctionId ?? 'none', ...bid };
    const id = `bid-${this.answers.length + 1}-of-${bid.accountId}`;
    const answered = this.house.execute('liquidation', GLOBAL, { id, type: 'BidInAuction', body, actor: null });
    await untilCommandWaits(this.house, 'liquidation', GLOBAL);
    await this.simulation.runCommands();
    const answer = await answered;
    this.answers.push(answer);
    return answer;
  }

  minute(): Promise<void> {
    return this.simulation.step();
  }

  async end(): Promise<readonly SealedEvent[]> {
    while (!this.simulation.done) await this.simulation.step();
    const partitions = [GLOBAL, ...Array.from({ length: PARTITIONS }, (_, partition) => partition)];
    const logs = ['liquidation', 'margin', 'accounts'] as const;
    const all = logs.flatMap((log) => partitions.map((of) => entriesOf(this.house.logs.log(log), of)));
    return (await Promise.all(all)).flat();
  }
}
