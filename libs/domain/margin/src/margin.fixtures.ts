import { documentHash } from '@ballast/documents/testing';
import {
  GLOBAL,
  PartitionMachine,
  type CommandResult,
  type HouseDocument,
  type LogEntry,
  type Opening,
  type SealedEvent,
} from '@ballast/event-sourcing';
import type {
  HouseMode,
  AccountsEvents,
  AssessmentDetail,
  ContractSpecificationDocument,
  InstrumentId,
  LiquidationEvents,
  MarginEvents,
  PriceStatus,
  PricingEvents,
  Underlying,
} from '@ballast/facts';
import type { ModelList, MarginParameters } from '@ballast/facts/testing';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { FEE_DOCUMENTS } from '@ballast/instruments';
import { instantOf, invariant, type Instant } from '@ballast/kernel';
import { marginModelOf } from '@ballast/venue-rules';
import type { AccountAssessment } from './assess/assess.js';
import { writeAssessment } from './assess/assessment.js';
import type { ExplainedOn } from './assess/explain-assessment.js';
import type { Assessor } from './assess/assessor.js';
import { marginProcess } from './margin.process.js';
import { assessorOf, type MarginState } from './margin.state.js';
import { MODEL_LIST } from './parameters/model-list.js';
import { MARGIN_PARAMETERS, type ParameterFigures } from './parameters/parameter-figures.js';
import { marginGlobalProcess } from './schedule/margin-global.process.js';
import type { MarginGlobalState } from './schedule/margin-global.state.js';

export const NOON: Instant = instantOf('2025-10-10T12:00:00Z');
export const MINUTE = 60_000;

export const BUNDLED_DOCUMENTS: readonly HouseDocument[] = readHouseDocuments().margin;

const bundled = BUNDLED_DOCUMENTS.find(({ kind }) => kind === MARGIN_PARAMETERS.kind);
invariant(bundled, 'margin has parameters');
/** The parameters of the bundled setting. */
export const BUNDLED_PARAMETERS: HouseDocument = bundled;
export const BUNDLED_FIGURES: ParameterFigures = MARGIN_PARAMETERS.of(bundled);
export const parametersBody = (): MarginParameters => BUNDLED_PARAMETERS.body as MarginParameters;

export const aDocument = (kind: string, id: string, body: unknown): HouseDocument => ({
  kind,
  id,
  hash: documentHash(body),
  body,
});

/** The bundled documents with other parameters. */
export const parametersWith = (changes: Partial<MarginParameters>): readonly HouseDocument[] =>
  BUNDLED_DOCUMENTS.map((document) =>
    document === BUNDLED_PARAMETERS
      ? aDocument(document.kind, document.id, { ...parametersBody(), ...changes })
      : document,
  );

type Offer = Partial<ModelList['models'][number]> & { readonly model: string };

/** The bundled parameters, and a list with these models on the parameters that they come with. */
export function offering(...offers: readonly Offer[]): readonly HouseDocument[] {
  const entries = offers.map((offer) => {
    const { id, document } = marginModelOf(offer.model).defaultParameters;
    return {
      document: aDocument('model', id, { model: offer.model, document }),
      entry: { parameters: id, entitlement: 'everyone' as const, floorShare: '0', ...offer },
    };
  });
  const models: ModelList = { models: entries.map(({ entry }) => entry) };
  return [
    BUNDLED_PARAMETERS,
    ...entries.map(({ document }) => document),
    aDocument(MODEL_LIST.kind, 'models@1', models),
  ];
}

/** What a writer of margin says when it starts. */
export const anOpening = (documents: readonly HouseDocument[] = BUNDLED_DOCUMENTS): Opening => ({
  release: 'ballast 0.0.0',
  build: '0'.repeat(64),
  genesis: { ...genesisOf(readHouseDocuments(), 'margin'), documents },
});

/** Position of the first price set: behind the rules of pricing and two perpetuals. */
export const FIRST_PRICE_SET = 4;

/** Position of the first schedule: behind the documents and the release that a log begins with. */
export const FIRST_SCHEDULE = 3;

/** A linear perpetual as the exchange lists it. */
const perpetual = (underlying: Underlying): ContractSpecificationDocument => ({
  id: `${underlying}-PERP`,
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick: '0.1',
  lot: '0.000001',
  cashStyle: 'marked-to-market',
  listedAt: '2020-01-01T00:00:00Z',
});

const FREE = { taker: '0', maker: '0' };

/** Rules of accounts with these fees. */
export function accountsRules(
  fees: unknown = { perpetual: FREE, future: FREE, option: { ...FREE, capOfPremium: '0' } },
) {
  const genesis = genesisOf(readHouseDocuments(), 'accounts');
  const documents = genesis.documents.map((document) =>
    document.kind === FEE_DOCUMENTS.kind ? aDocument(document.kind, document.id, fees) : document,
  );
  return { ...genesis, documents };
}

/** Fees of the bundled setting. */
export const BUNDLED_FEES: unknown = readHouseDocuments().accounts.find(
  ({ kind }) => kind === FEE_DOCUMENTS.kind,
)?.body;

export interface PricesAt {
  readonly at: Instant;
  readonly BTC?: string;
  readonly ETH?: string;
  readonly status?: PriceStatus;
  readonly fast?: string;
  readonly slow?: string;
  /** Absent: no surface is LIVE. */
  readonly implied?: string;
}

/** A price set whose marks are the index, with one volatility for both coins. */
export function priceSet(
  number: number,
  { at, BTC, ETH, status = 'LIVE', fast = '0.024', slow = '0.024', implied }: PricesAt,
): PricingEvents['PriceSetPublished'] {
  const prices: readonly (readonly [Underlying, string | undefined])[] = [
    ['BTC', BTC],
    ['ETH', ETH],
  ];
  const listed = prices.flatMap(([underlying, price]) => (price === undefined ? [] : [{ underlying, price }]));
  return {
    number,
    asOf: at,
    status,
    underlyings: Object.fromEntries(
      listed.map(({ underlying, price }) => [
        underlying,
        {
          status,
          index: price,
          inputs: [],
          median: price,
          volatility: { fast, slow, ...(implied === undefined ? {} : { implied }) },
        },
      ]),
    ),
    marks: listed.map(({ underlying, price }) => ({
      instrument: `${underlying}-PERP` as const,
      underlying,
      mark: price,
      branch: 'm1' as const,
      candidates: { m1: price, m2: price, m3: price },
      basis: '0',
      premium: '0',
      predictedFundingRate: '0',
    })),
  };
}

/** What an account holds after a fact of accounts. */
export interface Holding {
  readonly USD?: string;
  readonly BTC?: string;
  readonly ETH?: string;
  readonly position?: {
    readonly instrument: string;
    readonly quantity: string;
    readonly cost: string;
  };
}

/** Margin's global partition and one numbered partition, fed as by a worker: one item per call. */
export class MarginHouse {
  readonly global: PartitionMachine<MarginGlobalState> = new PartitionMachine(marginGlobalProcess, GLOBAL, 1);
  readonly machine: PartitionMachine<MarginState> = new PartitionMachine(marginProcess, 0, 1);
  readonly globalInputs: LogEntry[] = [];
  readonly globalEvents: SealedEvent[] = [];
  readonly inputs: LogEntry[] = [];
  /** What the numbered partition took, item by item. */
  readonly items: (readonly LogEntry[])[] = [];
  readonly events: SealedEvent[] = [];
  now: Instant = NOON;
  readonly #sizes = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  readonly #opening: Opening;
  #priceSets = 0;

  /**
   * @param documents that the log of margin begins with
   * @param fees what trading costs; nothing when absent
   */
  constructor(documents?: readonly HouseDocument[], fees?: unknown) {
    this.#opening = anOpening(documents);
    this.global.open(this.#opening);
    this.machine.open(this.#opening);
    this.globalEvents.push(...this.global.drain().events);
    this.events.push(...this.machine.drain().events);
    this.accept(...this.globalEvents);
    this.accept(this.pricing('rules', 'DocumentsEstablished', genesisOf(readHouseDocuments(), 'pricing')));
    this.accept(this.fact('accounts', 'rules', 'DocumentsEstablished', accountsRules(fees)));
    this.admit(perpetual('BTC'), perpetual('ETH'));
  }

  /** Contracts that pricing admits. */
  admit(...specifications: readonly ContractSpecificationDocument[]): readonly SealedEvent[] {
    return this.accept(
      ...specifications.map((specification) => {
        const payload: PricingEvents['InstrumentAdmitted'] = { specification };
        return this.pricing(`instrument-${specification.id}`, 'InstrumentAdmitted', payload);
      }),
    );
  }

  /** The house does more or less from here on. */
  mode(to: HouseMode): readonly SealedEvent[] {
    const payload = { proposalId: 'p', from: 'normal', to, proposer: null, reason: 'because' };
    return this.accept(this.pricing('house-mode', 'HouseModeChanged', payload));
  }

  /** A person lets nothing trade in an instrument. */
  halt(instrument: InstrumentId): readonly SealedEvent[] {
    return this.#trading(instrument, 'InstrumentHalted', { until: null, reason: 'because' });
  }

  resume(instrument: InstrumentId): readonly SealedEvent[] {
    return this.#trading(instrument, 'InstrumentResumed', { because: 'expired', proposer: null, reason: null });
  }

  /** Two persons end a perpetual at a time, or let it stay. */
  delist(instrument: InstrumentId, at: number | null): readonly SealedEvent[] {
    const terms = { delistingId: 'd', at, price: null, proposer: 'ann', reason: 'because' };
    return this.#trading(instrument, 'DelistingApproved', terms);
  }

  end(instrument: InstrumentId, price: string): readonly SealedEvent[] {
    return this.#trading(instrument, 'InstrumentDelisted', { delistingId: 'd', price });
  }

  /** Behind everything of pricing that only the global partition has read. */
  #trading(instrument: InstrumentId, type: string, payload: object): readonly SealedEvent[] {
    const read = this.inputs.findLast(({ log }) => log === 'pricing')?.position ?? 0;
    this.pricing(`halts-${instrument}`, type, { haltId: 'h', instrument, ...payload });
    return this.accept(...this.globalInputs.filter(({ log, position }) => log === 'pricing' && position > read));
  }

  /** A fact of pricing, which both partitions read. */
  protected pricing(stream: string, type: string, payload: unknown): LogEntry {
    const entry = this.entry('pricing', GLOBAL, stream, type, payload);
    this.acceptGlobal(entry);
    return entry;
  }

  /** How accounts are assessed now. */
  assessor(): Assessor {
    const assessor = assessorOf(this.machine.state);
    invariant(assessor, 'prices come first');
    return assessor;
  }

  /** An account as it is assessed now. */
  assessed(accountId: string): AccountAssessment {
    return this.assessor().assess(this.machine.state.book.at(accountId));
  }

  /** The assessment of an account as the next run writes it. */
  detailOf(accountId: string): AssessmentDetail {
    return writeAssessment(this.assessed(accountId).detail());
  }

  /** What assessments of now were made with. */
  explainedOn(): ExplainedOn {
    const { schedule, arrays } = this.assessor().market;
    const { source, parameters } = schedule;
    return { schedule: source, parameters, contracts: this.machine.state.contracts, riskArrays: arrays };
  }

  modelChosen(accountId: string, model: string): LogEntry {
    return this.fact('accounts', `account-${accountId}`, 'MarginModelChosen', { accountId, model });
  }

  entry(
    log: string,
    partition: number,
    stream: string,
    type: string,
    payload: unknown,
    actor: string | null = null,
  ): LogEntry {
    const key = `${log}/${partition}`;
    const position = (this.#sizes.get(key) ?? 0) + 1;
    const version = (this.#versions.get(`${key}/${stream}`) ?? 0) + 1;
    this.#sizes.set(key, position);
    this.#versions.set(`${key}/${stream}`, version);
    return {
      log,
      partition,
      position,
      id: `${key}/${position}`,
      stream,
      version,
      type,
      schemaVersion: 1,
      time: { clearing: this.now, hop: 0 },
      cause: { kind: 'event', log: 'exchange.quotes', partition: GLOBAL, position },
      basis: [],
      correlation: 'test',
      actor,
      payload,
    };
  }

  /** Feeds the numbered partition one item. */
  accept(...inputs: readonly LogEntry[]): readonly SealedEvent[] {
    this.items.push(inputs);
    for (const input of inputs) {
      this.inputs.push(input);
      this.machine.accept(input);
    }
    this.machine.settle();
    const { events } = this.machine.drain();
    this.events.push(...events);
    return events;
  }

  /** Feeds the global partition; its events are inputs of the numbered one. */
  acceptGlobal(input: LogEntry): {
    readonly result: CommandResult | undefined;
    readonly events: readonly SealedEvent[];
  } {
    this.globalInputs.push(input);
    const result = this.global.accept(input);
    this.global.settle();
    const { events } = this.global.drain();
    this.globalEvents.push(...events);
    return { result, events };
  }

  /** The next price set and the schedule that it makes, not yet applied to the numbered partition. */
  schedule(prices: PricesAt): SealedEvent {
    this.now = prices.at;
    this.#priceSets += 1;
    const { events } = this.acceptGlobal(
      this.entry('pricing', GLOBAL, 'prices', 'PriceSetPublished', priceSet(this.#priceSets, prices)),
    );
    return events[0] as SealedEvent;
  }

  /** A price set and the run on it. */
  prices(prices: PricesAt): readonly SealedEvent[] {
    return this.accept(this.schedule(prices));
  }

  command(type: string, payload: unknown, actor: string | null): CommandResult | undefined {
    const { result, events } = this.acceptGlobal(
      this.entry('margin.commands', GLOBAL, 'commands', type, payload, actor),
    );
    if (events.length > 0) this.accept(...events);
    return result;
  }

  opened(accountId: string): LogEntry {
    return this.entry('accounts', 0, `account-${accountId}`, 'AccountOpened', { accountId });
  }

  /** A fact of accounts that leaves the account with this. */
  changed(
    accountId: string,
    { position, ...collateral }: Holding,
    type: keyof AccountsEvents = position ? 'PositionChanged' : 'CollateralCredited',
  ): LogEntry {
    return this.entry('accounts', 0, `account-${accountId}`, type, {
      accountId,
      collateral,
      ...(position && { position }),
    });
  }

  /** Opens an account and gives it collateral and perhaps a position, in one item. */
  account(accountId: string, holding: Holding): readonly SealedEvent[] {
    return this.accept(this.opened(accountId), this.changed(accountId, holding));
  }

  fact(log: string, stream: string, type: string, payload: unknown, partition = 0): LogEntry {
    return this.entry(log, partition, stream, type, payload);
  }

  liquidationClosed(accountId: string, uncoveredLoss = '0'): LogEntry {
    const payload: LiquidationEvents['LiquidationClosed'] = {
      caseId: `${accountId}#1`,
      accountId,
      outcome: 'closed-out',
      slices: 1,
      uncoveredLoss,
    };
    return this.fact('liquidation', `liquidation-${accountId}#1`, 'LiquidationClosed', payload);
  }

  /** The numbered partition again, deciding everything anew. */
  replayed(): PartitionMachine<MarginState> {
    const machine = new PartitionMachine(marginProcess, 0, 1);
    machine.open(this.#opening);
    for (const item of this.items) {
      for (const input of item) machine.accept(input);
      machine.settle();
    }
    return machine;
  }

  /** The numbered partition rebuilt from what it took and wrote, nothing decided again. */
  rebuilt(): PartitionMachine<MarginState> {
    return rebuild(new PartitionMachine(marginProcess, 0, 1), this.inputs, this.events);
  }

  globalRebuilt(): PartitionMachine<MarginGlobalState> {
    return rebuild(new PartitionMachine(marginGlobalProcess, GLOBAL, 1), this.globalInputs, this.globalEvents);
  }
}

/** Rebuilds a machine: each own event after the inputs that its basis names. */
function rebuild<State>(
  machine: PartitionMachine<State>,
  inputs: readonly LogEntry[],
  events: readonly SealedEvent[],
): PartitionMachine<State> {
  const waiting = [...inputs];
  const recallUpTo = (log: string, partition: number, upTo: number): void => {
    while (machine.cursor(log, partition) < upTo) machine.recall(waiting.shift() as LogEntry);
  };
  for (const event of events) {
    for (const [log, partition, upTo] of event.basis) recallUpTo(log, partition, upTo);
    machine.recallOwn(event);
  }
  for (const input of waiting) machine.recall(input);
  return machine;
}

/** Payloads of one type among events. */
export function payloadsOf<Type extends keyof MarginEvents>(
  events: readonly LogEntry[],
  type: Type,
): MarginEvents[Type][] {
  return events.filter((event) => event.type === type).map((event) => event.payload as MarginEvents[Type]);
}

export const typesOf = (events: readonly LogEntry[]): string[] => events.map(({ type }) => type);
