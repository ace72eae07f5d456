import { setImmediate as breathe } from 'node:timers/promises';
import type {
  AsOf,
  DeleveragingRoundsPage,
  FundPage,
  MarketsView,
  RulesHistory,
  SurfacesView,
} from '@ballast/contracts';
import {
  documentOf,
  evolveRules,
  noRules,
  standingRules,
  type HouseRules,
  type StandingRules,
} from '@ballast/documents';
import type { LogDirectory } from '@ballast/event-log';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { GAINS_STEP } from '@ballast/facts';
import type {
  AdlEvents,
  DocumentEvents,
  FundEvents,
  MarginGlobalEvents,
  OpeningEvents,
  PricingEvents,
  ServiceLog,
} from '@ballast/facts';
import { ZERO, dec, invariant, text, type Decimal, type Instant } from '@ballast/kernel';
import { LazyReader } from '../explain/lazy-reader.js';
import { counted } from '../explain/text-table.js';
import { decimated } from './decimated.js';
import { newestFirst, type WantedBefore } from './newest-first.js';
import { surfacesView, type PlacedSurface } from './surface-view.js';

const PAGE = 500;
const POINTS = 1_000;
const LISTED = 400;

/** Rules as they stood, and which events that contains. */
export interface PastDocuments {
  readonly answer: StandingRules;
  readonly asOf: AsOf;
}

type Market = MarketsView['markets'][number];
type Last = Market['last'];
type RuleChange = RulesHistory['items'][number];

interface Prices {
  readonly at: number[];
  readonly index: string[];
  readonly mark: string[];
  readonly fundingRate: string[];
  readonly callScalar: string[];
  last: Last;
}

/**
 * What concerns everybody: prices with their sources, the fund, deleveraging. Follows the global partitions, to their end or up to
 * a clearing time.
 */
export class HouseStory {
  readonly #read = new Map<string, number>();
  readonly #reader: LazyReader;
  readonly #prices = new Map<string, Prices>();
  readonly #scalars = new Map<string, string>();
  #sourceChanges: MarketsView['sourceChanges'] = [];
  readonly #flows = new Map<string, { count: number; amount: Decimal }>();
  /** Where in accounts global something was paid in or out; what it was is read again for who asks. */
  readonly #flowed: { readonly position: number }[] = [];
  #balance = '0';
  readonly #deleveraged: DeleveragingRoundsPage['items'] = [];
  readonly #surfaces = new Map<string, PlacedSurface>();
  #priced: PricingEvents['RiskArraysPublished'] | null = null;
  readonly #changes = new Map<string, RuleChange[]>();
  readonly #rules = new Map<string, HouseRules>();
  #clearing = 0;
  #following: Promise<void> = Promise.resolve();

  constructor(
    private readonly logs: LogDirectory,
    private readonly until: Instant = Infinity,
  ) {
    this.#reader = new LazyReader(logs);
  }

  async markets(): Promise<MarketsView> {
    await this.#follow();
    return {
      clearing: this.#clearing,
      markets: [...this.#prices].map(([underlying, prices]) => marketOf(underlying, prices)),
      sourceChanges: this.#sourceChanges.slice(-LISTED).reverse(),
    };
  }

  async fund(wanted: WantedBefore): Promise<FundPage> {
    await this.#follow();
    const asOf = this.#asOf('accounts');
    const [balance, flows] = [this.#balance, [...this.#flows]];
    const { items, next } = newestFirst(this.#flowed, wanted);
    return {
      items: await this.#entriesAt(items),
      next,
      asOf,
      balance,
      flows: flows.map(([cause, { count, amount }]) => ({ cause, count, amount: text(amount) })),
    };
  }

  async deleveragingRounds(wanted: WantedBefore): Promise<DeleveragingRoundsPage> {
    await this.#follow();
    return { ...newestFirst(this.#deleveraged, wanted), asOf: this.#asOf('liquidation') };
  }

  /** Volatility surfaces of an underlying, with the options priced on them. */
  async surfaces(underlying: string): Promise<SurfacesView> {
    await this.#follow();
    return surfacesView(underlying, this.#clearing, this.#surfaces.values(), this.#priced);
  }

  /** What established, proposed and approved the rules of a service, newest first. */
  async rules(service: ServiceLog, wanted: WantedBefore): Promise<RulesHistory> {
    await this.#follow();
    const changes = this.#changes.get(service) ?? [];
    // By their number in the history: one event may establish several.
    const { items, next } = newestFirst(
      changes.map((change, index) => ({ position: index + 1, change })),
      wanted,
    );
    return { items: items.map(({ change }) => change), next, asOf: this.#asOf(service) };
  }

  /** The rules of a service, in force and proposed. */
  async documents(service: ServiceLog): Promise<PastDocuments> {
    await this.#follow();
    return { answer: standingRules({ rules: this.#rulesOf(service) }), asOf: this.#asOf(service) };
  }

  #asOf(log: ServiceLog): AsOf {
    return { clearing: this.#clearing, positions: { [`${log}/${GLOBAL}`]: this.#read.get(log) ?? 0 } };
  }

  /** @param places newest first */
  async #entriesAt(places: readonly { readonly position: number }[]): Promise<FundPage['items']> {
    const entries: FundPage['items'] = [];
    const wanted = new Set(places.map(({ position }) => position));
    const last = places[0]?.position ?? 0;
    for (let after = (places.at(-1)?.position ?? 1) - 1; after < last; after += PAGE) {
      for (const entry of await this.#reader.read('accounts', GLOBAL, after, Math.min(PAGE, last - after))) {
        const flow = wanted.has(entry.position) ? flowOf(entry) : null;
        if (flow === null) continue;
        const { cause, amount, balance } = flow;
        entries.push({ position: entry.position, at: entry.time.clearing, cause, amount: text(amount), balance });
      }
    }
    return entries.reverse();
  }

  #follow(): Promise<void> {
    // What could not be read for somebody is read for whoever asks next.
    const before = this.#following.catch(() => undefined);
    this.#following = before.then(async () => {
      // Scalars first: a price set is told with those of the schedule before it.
      for (const log of ['margin', 'pricing', 'accounts', 'liquidation'] as const) await this.#readOn(log);
    });
    return this.#following;
  }

  async #readOn(log: 'margin' | 'pricing' | 'accounts' | 'liquidation'): Promise<void> {
    const { size = 0 } = (await this.logs.log(log).heads()).find(({ partition }) => partition === GLOBAL) ?? {};
    const read = (): number => this.#read.get(log) ?? 0;
    while (read() < size) {
      const page = await this.#reader.read(log, GLOBAL, read(), PAGE);
      if (page.length === 0) return;
      for (const entry of page) {
        // Clearing time never falls inside a partition.
        if (entry.time.clearing > this.until) return;
        this.#take(entry);
        this.#read.set(log, entry.position);
      }
      await breathe();
    }
  }

  #take(entry: LogEntry): void {
    this.#clearing = Math.max(this.#clearing, entry.time.clearing);
    switch (entry.type) {
      case 'ScheduleInForce': {
        const { underlyings, asOf } = entry.payload as MarginGlobalEvents['ScheduleInForce'];
        for (const { underlying, scalarEffective } of underlyings) {
          this.#scalars.set(`${underlying} ${asOf}`, scalarEffective);
        }
        return;
      }
      case 'PriceSetPublished':
        return this.#price(entry, entry.payload as PricingEvents['PriceSetPublished']);
      case 'SurfacePublished': {
        const surface = entry.payload as PricingEvents['SurfacePublished'];
        this.#surfaces.set(`${surface.underlying} ${surface.expiry}`, { position: entry.position, surface });
        return;
      }
      case 'RiskArraysPublished':
        this.#priced = entry.payload as PricingEvents['RiskArraysPublished'];
        return;
      case 'SourceStateChanged': {
        const change = entry.payload as PricingEvents['SourceStateChanged'];
        this.#sourceChanges.push({ position: entry.position, at: entry.time.clearing, ...change });
        if (this.#sourceChanges.length > 2 * LISTED) this.#sourceChanges = this.#sourceChanges.slice(-LISTED);
        return;
      }
      case 'FundCredited':
      case 'LossStepTaken':
      case 'LossRecovered':
      case 'RepaymentBooked':
        return this.#flow(entry);
      case 'AdlExecuted': {
        const { closes } = entry.payload as AdlEvents['AdlExecuted'];
        const { position, time } = entry;
        this.#deleveraged.push({
          ...{ position, at: time.clearing },
          summary: `${counted(closes.length, 'position')} reduced against the bankrupt side`,
        });
        return;
      }
      case 'DocumentsEstablished': {
        const established = entry.payload as OpeningEvents['DocumentsEstablished'];
        const { documents, author, approver } = established;
        evolveRules.DocumentsEstablished(this.#rulesOf(entry.log), established);
        for (const document of documents) {
          this.#changeRules(entry, 'established', document, { by: `${author}, ${approver}` });
        }
        return;
      }
      case 'DocumentProposed': {
        const proposal = entry.payload as DocumentEvents['DocumentProposed'];
        const { proposalId, document, reason } = proposal;
        evolveRules.DocumentProposed(this.#rulesOf(entry.log), proposal, entry.actor);
        return this.#changeRules(entry, 'proposed', document, { by: entry.actor ?? '', proposalId, reason });
      }
      case 'DocumentApproved': {
        const approval = entry.payload as DocumentEvents['DocumentApproved'];
        const { proposalId, kind, id } = approval;
        const rules = this.#rulesOf(entry.log);
        evolveRules.DocumentApproved(rules, approval);
        const document = documentOf(rules, kind, id);
        invariant(document, `${kind} ${id} was approved and never proposed`);
        return this.#changeRules(entry, 'approved', document, { by: entry.actor ?? '', proposalId });
      }
      default:
        return;
    }
  }

  #changeRules(
    { log, position, time }: LogEntry,
    change: RuleChange['change'],
    { kind, id, body }: { readonly kind: string; readonly id: string; readonly body: unknown },
    { by, proposalId = null, reason = null }: Pick<RuleChange, 'by'> & Partial<RuleChange>,
  ): void {
    const noticeMs = (body as { readonly noticeMs?: number | null }).noticeMs ?? null;
    const changes = this.#changes.get(log) ?? [];
    changes.push({ position, at: time.clearing, change, kind, id, by, proposalId, reason, noticeMs });
    this.#changes.set(log, changes);
  }

  #rulesOf(log: string): HouseRules {
    const rules = this.#rules.get(log) ?? noRules();
    this.#rules.set(log, rules);
    return rules;
  }

  #price({ position }: LogEntry, set: PricingEvents['PriceSetPublished']): void {
    for (const [underlying, { index, inputs, status, jump }] of Object.entries(set.underlyings)) {
      const mark = set.marks.find((each) => each.underlying === underlying);
      const last: Last = {
        status,
        priceSet: position,
        jump: jump ?? null,
        branch: mark?.branch ?? null,
        sources: inputs.map(({ venue, state, mid, clamped, at }) => ({ venue, state, mid, used: clamped, at })),
      };
      let prices = this.#prices.get(underlying);
      if (prices === undefined) {
        prices = { at: [], index: [], mark: [], fundingRate: [], callScalar: [], last };
        this.#prices.set(underlying, prices);
      }
      prices.at.push(set.asOf);
      prices.index.push(index);
      if (mark !== undefined) {
        prices.mark.push(mark.mark);
        prices.fundingRate.push(mark.predictedFundingRate);
        prices.callScalar.push(this.#scalars.get(`${underlying} ${set.asOf}`) ?? prices.callScalar.at(-1) ?? '1');
      }
      this.#scalars.delete(`${underlying} ${set.asOf}`);
      prices.last = last;
    }
  }

  #flow(entry: LogEntry): void {
    const flow = flowOf(entry);
    if (flow === null) return;
    const { cause, amount, balance } = flow;
    const sum = this.#flows.get(cause) ?? { count: 0, amount: ZERO };
    this.#flows.set(cause, { count: sum.count + 1, amount: sum.amount.plus(amount) });
    this.#flowed.push({ position: entry.position });
    this.#balance = balance;
  }
}

interface Flow {
  readonly cause: string;
  /** USD, what the fund paid negative. */
  readonly amount: Decimal;
  readonly balance: string;
}

/** What an event moved in the insurance fund; null: nothing. The house's own capital and gains of others are not in it. */
function flowOf({ type, payload }: LogEntry): Flow | null {
  const flow = movedBy(type, payload);
  return flow?.amount.isZero() === false ? flow : null;
}

function movedBy(type: string, payload: unknown): Flow | null {
  switch (type) {
    case 'FundCredited': {
      const { reason, amount, balance } = payload as FundEvents['FundCredited'];
      return { cause: reason, amount: dec(amount), balance };
    }
    case 'LossStepTaken': {
      const { step, purpose, amount, balance } = payload as FundEvents['LossStepTaken'];
      return step === 'house-tranche' ? null : { cause: purpose, amount: dec(amount).neg(), balance };
    }
    case 'LossRecovered': {
      const { amount, balance, step } = payload as FundEvents['LossRecovered'];
      return step === GAINS_STEP ? null : { cause: 'RecoveredLoss', amount: dec(amount).neg(), balance };
    }
    case 'RepaymentBooked': {
      const { step, amount, balance } = payload as FundEvents['RepaymentBooked'];
      return step === 'house-tranche' ? null : { cause: 'repayment', amount: dec(amount), balance };
    }
    default:
      return null;
  }
}

function marketOf(underlying: string, { at, index, mark, fundingRate, callScalar, last }: Prices): Market {
  // A mark may begin later than the index: then neither is drawn before both are there.
  const shift = at.length - mark.length;
  const main = mark.length > 0 ? mark.map(Number) : index.map(Number);
  const start = mark.length > 0 ? shift : 0;
  const turned = main.map(() => false);
  const kept = decimated({ equity: main, cushion: main, turned }, 0, main.length, POINTS);
  const column = (values: readonly string[]): string[] =>
    values.length === 0 ? [] : kept.map((each) => values[each] ?? '0');
  return {
    underlying,
    at: kept.map((each) => at[each + start] ?? 0),
    index: kept.map((each) => index[each + start] ?? '0'),
    mark: column(mark),
    fundingRate: column(fundingRate),
    callScalar: column(callScalar),
    last,
  };
}
