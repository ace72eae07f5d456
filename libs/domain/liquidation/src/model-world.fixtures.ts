import { tradeAtUnitValue } from '@ballast/instruments';
import {
  Decimal,
  MINUTE_MS,
  ZERO,
  compareText,
  dec,
  invariant,
  maxOf,
  minOf,
  ownerOf,
  roundUsd,
  sum,
  text,
} from '@ballast/kernel';
import { GLOBAL, PartitionMachine, type EntryOf, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type {
  AdlEvents,
  AssessmentDetail,
  AuctionEvents,
  ContractSpecificationDocument,
  FundEvents,
  InstrumentId,
  LiquidationEvents,
  LiquidationGlobalEvents,
  Place,
  PositionRequirement,
  Posting,
  ProviderEvents,
  Side,
  TradeSide,
  Underlying,
} from '@ballast/facts';
import { deleveragingProcess } from './deleverage/deleveraging.process.js';
import type { DeleveragingState } from './deleverage/deleveraging.state.js';
import { placeName, placeOf } from './place.js';
import {
  ForeignLogs,
  START,
  openingWithTakers,
  admitted,
  assessmentOf,
  requirementOf,
  scheduleInForce,
  underlyingSchedule,
} from './liquidation.fixtures.js';
import { contractOf } from './closeable-contracts.js';
import { liquidationProcess, type LiquidationState } from './liquidation.process.js';

/** A call that is worth a coin: it moves like one, and is required for beyond that. */
export const OPTION: ContractSpecificationDocument = {
  ...{ id: 'BTC-27DEC30-1-C', contractSize: '1', quoteAsset: 'USD', settlementAsset: 'USD', tick: '0.1', lot: '0.001' },
  ...{ cashStyle: 'variation-margin', deliveryFee: { rate: '0', capOfValue: '0' }, listedAt: '2020-01-01T00:00:00Z' },
};
const CONTRACTS = admitted(OPTION);

/** Initial requirement over maintenance. */
const INITIAL_MULTIPLE = dec('2.5');

const TARGET_HEALTH = dec('1.5');

const CENT = dec('0.01');

/** Messages on one schedule, far more than any of them takes: services that ask each other for ever are a fault. */
const MOST_DELIVERED = 20_000;

/** Of bitcoins as collateral. */
const HAIRCUT = dec('0.1');

/** Whole numbers from a seed, the same on every machine (Lehmer generator). */
export class SeededChoice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed % 2_147_483_646) + 1;
  }
  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }
}

export interface ModelAccount {
  readonly accountId: string;
  readonly collateral: string;
  /** Bitcoins held as collateral. */
  readonly coins?: string;
  /** It answers for its owner's other accounts, one of which stands before it. */
  readonly answers?: boolean;
  readonly positions: readonly {
    readonly instrument: InstrumentId;
    readonly quantity: string;
    readonly entry: string;
  }[];
}

/** How the model exchange answers close-out orders: each slip and fill is chosen from the seed. */
export interface ExchangeTemper {
  /** Chances out of 10 that an order finds nothing, or a part only. */
  readonly empty: number;
  readonly partial: number;
  /** USD that the book holds on one side of an instrument at one price; without it, whatever is asked. */
  readonly depth?: number;
  /** Worst slippage, in basis points; prices may also be better than the mark by a fifth of it. */
  readonly worstSlippageBps: number;
}

/** USD: an order fills in two parts, and of each its profit goes down to the cent and its provisional penalty up. */
const ROUNDED_OF_AN_ORDER = dec('-0.04');

export interface WorldOptions {
  readonly seed: number;
  readonly partitions: number;
  readonly fund: string;
  readonly accounts: readonly ModelAccount[];
  readonly temper: ExchangeTemper;
  readonly maintenanceRate: string;
  /** Body of the document of liquidity providers; without it there are none. */
  readonly providers?: unknown;
  /** The same of auctions. */
  readonly auctions?: unknown;
  /** How options are hedged; without it they are not. */
  readonly hedge?: unknown;
}

interface Holding {
  quantity: Decimal;
  cost: Decimal;
}

interface BookedAccount {
  readonly accountId: string;
  readonly partition: number;
  collateral: Decimal;
  coins: Decimal;
  readonly answers: boolean;
  readonly holdings: Map<InstrumentId, Holding>;
  version: number;
  liquidating: boolean;
  /** The fund has paid a deficit in the open case. */
  funded: boolean;
  /** What the fund has paid of its deficits and has not got back. */
  claim: Decimal;
}

interface SliceWitness {
  readonly account: BookedAccount;
  readonly placed: LiquidationEvents['CloseOutOrderPlaced'];
  readonly equityBefore: Decimal;
  readonly lossBearingBefore: Decimal;
  readonly callBefore: Decimal;
  ledger: Decimal;
  charged: Decimal;
}

type AnyMachine = PartitionMachine<LiquidationState> | PartitionMachine<DeleveragingState>;

/** One machine of liquidation with its sources, and all that it took and emitted, for rebuilding it. */
interface Desk {
  machine: AnyMachine;
  readonly partition: number;
  readonly inbox: Map<string, LogEntry[]>;
  /** Names of what is in the inbox, in their order. */
  sources: readonly string[];
  /** What its writer said first. */
  readonly opening: readonly SealedEvent[];
  readonly history: { readonly input: LogEntry; readonly own: readonly SealedEvent[] }[];
}

/**
 * Liquidation for real, everything around it as a model with behaviour: an exchange that fills, half fills or does not,
 * accounts that book, a fund that is finite, and linear margin. Inputs reach the machines in an order chosen from the
 * seed, as live interleaving does, but in order within each source.
 */
export class ModelWorld {
  readonly events: SealedEvent[] = [];
  readonly grants: LogEntry[] = [];
  /** What accounts booked of take-overs by providers. */
  readonly trades: LogEntry[] = [];
  /** What margin judged of hedges and of take-overs. */
  readonly judgements: LogEntry[] = [];
  readonly complaints: string[] = [];
  readonly accounts = new Map<string, BookedAccount>();
  fund = ZERO;
  uncovered = ZERO;
  /** What the market that fills close-outs has paid, what the house has paid for coins, and what rounding has left over, USD. */
  #market = ZERO;
  #paidForCoins = ZERO;
  #rounding = ZERO;
  /** USD that is left in the book at these prices, by instrument and side. */
  readonly #depth = new Map<string, number>();
  /** Of every account at these prices, as it was last booked. */
  readonly #lossBearing = new Map<string, Decimal>();
  readonly #logs = new ForeignLogs();
  readonly #choice: SeededChoice;
  readonly #desks: Desk[];
  readonly #slices = new Map<string, SliceWitness>();
  readonly #halted = new Set<InstrumentId>();
  #marks: Readonly<Record<Underlying, Decimal>> = { BTC: ZERO, ETH: ZERO };
  #schedule = 0;
  #reliable = false;

  constructor(readonly options: WorldOptions) {
    this.#choice = new SeededChoice(options.seed);
    const numbered = Array.from({ length: options.partitions }, (_, partition) => partition);
    this.#desks = [...numbered, GLOBAL].map((partition) => {
      const machine = this.#newMachine(partition);
      machine.open(openingWithTakers(options));
      return { machine, partition, inbox: new Map(), sources: [], opening: machine.drain().events, history: [] };
    });
    for (const { opening } of this.#desks) for (const event of opening) this.#publish(event);
    // Before anything else: whatever names a contract has its admission in its basis.
    for (const entry of this.#logs.admissions(OPTION)) {
      for (const desk of this.#desks) if (desk.partition !== GLOBAL) this.#take(desk, entry);
    }
    options.accounts.forEach(({ accountId, collateral, coins = '0', answers = false, positions }, index) => {
      const holdings = positions.map(({ instrument, quantity, entry }): [InstrumentId, Holding] => [
        instrument,
        { quantity: dec(quantity), cost: dec(quantity).times(dec(entry)) },
      ]);
      const account: BookedAccount = {
        accountId,
        partition: this.#partitionOfOwner(accountId, answers) ?? index % options.partitions,
        answers,
        collateral: dec(collateral),
        coins: dec(coins),
        holdings: new Map(holdings),
        version: 0,
        liquidating: false,
        funded: false,
        claim: ZERO,
      };
      this.accounts.set(accountId, account);
      this.#book(account, 'AccountOpened', { accountId });
      if (answers) this.#book(account, 'SetOffAgreementChanged', { accountId, answers });
    });
    this.#credit(dec(options.fund), 'contribution');
  }

  /** All accounts of an owner live in one partition; who answers for nobody may stand for an owner of his own. */
  #partitionOfOwner(accountId: string, answers: boolean): number | undefined {
    if (!answers) return undefined;
    return [...this.accounts.values()].find((each) => ownerOf(each.accountId) === ownerOf(accountId))?.partition;
  }

  get schedule(): number {
    return this.#schedule;
  }

  get openCases(): number {
    return [...this.accounts.values()].filter(({ liquidating }) => liquidating).length;
  }

  /** From now on the exchange fills every order completely. */
  becomeReliable(): void {
    this.#reliable = true;
  }

  /** Persons halt these instruments, and let all others trade. */
  halt(instruments: readonly InstrumentId[]): void {
    for (const instrument of CONTRACTS.keys()) {
      const [isHalted, wasHalted] = [instruments.includes(instrument), this.#halted.has(instrument)];
      if (isHalted === wasHalted) continue;
      if (isHalted) this.#halted.add(instrument);
      else this.#halted.delete(instrument);
      const [stream, now] = [`halts-${instrument}`, this.#now()];
      const of = { haltId: `${instrument}-${this.#schedule}`, instrument } as const;
      const halted = { ...of, until: null, reason: 'a book that is broken' };
      const resumed = { ...of, because: 'expired', proposer: null, reason: null } as const;
      this.#putToNumbered(
        isHalted
          ? this.#logs.entry('pricing', GLOBAL, stream, 'InstrumentHalted', halted, now)
          : this.#logs.entry('pricing', GLOBAL, stream, 'InstrumentResumed', resumed, now),
      );
    }
  }

  /** A new price set, and everything that follows from it until nobody has anything to say. */
  tick(btc: string, eth: string, status: 'LIVE' | 'HALT' = 'LIVE', kill?: { readonly after: number }): void {
    this.#schedule += 1;
    this.#depth.clear();
    this.#marks = { BTC: dec(btc), ETH: dec(eth) };
    const brackets = [{ floor: '0', rate: this.options.maintenanceRate, deduction: '0' }];
    const underlyings = [underlyingSchedule('BTC', btc, brackets), underlyingSchedule('ETH', eth, brackets)];
    const schedule = scheduleInForce(this.#schedule, underlyings, status);
    const entry = this.#logs.schedule({
      ...schedule,
      collateral: [...schedule.collateral, { asset: 'BTC', price: btc }],
    });
    this.#putToNumbered(entry);
    const { auctions } = this.#deskOf(GLOBAL).machine.state as DeleveragingState;
    for (const { opened } of auctions.open.values()) if (opened.dutch !== null) this.#bidIn(opened);
    for (const account of this.#sorted()) this.#lossBearing.set(account.accountId, this.lossBearingOf(account));
    for (const account of this.#sorted()) this.#assess(account, status);
    for (const partition of this.#numbered()) this.#reportRun(partition);
    let delivered = 0;
    while (this.#deliverOne()) {
      delivered += 1;
      invariant(delivered < MOST_DELIVERED, `${delivered} messages on one schedule, and no end`);
      if (kill !== undefined && delivered === kill.after) this.rebuildAll();
    }
    for (const account of this.#sorted()) if (account.liquidating) this.#requireAnEnd(account);
    this.#judgeOutlook();
    this.#judgeAuctions();
  }

  /** What is announced follows from the money that is there, and nobody waits for the other side unannounced. */
  #judgeOutlook(): void {
    const { outlook, requests, round } = this.#deskOf(GLOBAL).machine.state as DeleveragingState;
    if (!outlook.fund.eq(this.fund)) this.complaints.push(`${text(outlook.fund)} of ${text(this.fund)} are foreseen`);
    for (const { instrument, side, owed, exposed, phase } of outlook.queues.values()) {
      if (owed.isNegative() || exposed.lt(owed)) this.complaints.push(`${text(owed)} owed, ${text(exposed)} exposed`);
      const waits = [...requests, ...(round === null ? [] : [round])].some(
        (each) => each.instrument === instrument && each.side === side,
      );
      if (waits && phase !== 'on') this.complaints.push(`${instrument} ${side} waits, and it is ${phase}`);
      if (!waits && owed.isZero() && phase === 'on') this.complaints.push(`${instrument} ${side} is on for nobody`);
    }
  }

  /** Nobody has anything to say, and a case is open: it waits for a named schedule, or for its turn at a named time. */
  #requireAnEnd({ accountId, partition }: BookedAccount): void {
    const { cases } = this.#deskOf(partition).machine.state as LiquidationState;
    const { turns } = this.#deskOf(GLOBAL).machine.state as DeleveragingState;
    const current = cases.get(accountId);
    const waiting = [...turns.values()].flatMap((each) => each.waiting).find((each) => each.accountId === accountId);
    const isTold = (waiting?.nextAt ?? 0) > this.#now() && current?.turn?.granted === null;
    const isPaused = typeof current?.paused === 'string';
    if (!isPaused && !isTold) this.complaints.push(`${accountId} waits, and nobody knows for what`);
  }

  /**
   * All that is owned, in USD at cost: whatever passes from one to another, it stays what it was at the start. So every loss has found
   * somebody who bears it, and nobody bears more than there was.
   */
  get total(): Decimal {
    const clients = [...this.accounts.values()].flatMap(({ collateral, holdings }) => [
      collateral,
      ...[...holdings.values()].map(({ cost }) => cost.neg()),
    ]);
    const inSlices = [...this.#slices.values()].map(({ ledger }) => ledger);
    const all = [...clients, ...inSlices, this.fund, this.#market, this.#rounding];
    return sum(all).minus(this.#paidForCoins).minus(this.uncovered);
  }

  /** Kills every machine and rebuilds it from what was logged; the inputs not taken yet come again. */
  rebuildAll(): void {
    for (const desk of this.#desks) {
      const rebuilt = this.#newMachine(desk.partition);
      for (const event of desk.opening) rebuilt.recallOwn(event);
      for (const { input, own } of desk.history) {
        // What a timer did, it did before the input that brought its time.
        const fired = own.filter(({ cause }) => cause.kind === 'timer');
        for (const event of fired) rebuilt.recallOwn(event);
        rebuilt.recall(input);
        for (const event of own) if (!fired.includes(event)) rebuilt.recallOwn(event);
      }
      desk.machine = rebuilt;
    }
  }

  /** Equity with coins at their full price: what is below zero here is lost. */
  lossBearingOf(account: BookedAccount, marks = this.#marks): Decimal {
    return this.equityOf(account, marks).plus(account.coins.times(marks.BTC!).times(HAIRCUT));
  }

  equityOf(account: BookedAccount, marks = this.#marks): Decimal {
    const unrealised = [...account.holdings].map(([instrument, { quantity, cost }]) =>
      quantity.times(marks[underlyingOf(instrument)]!).minus(cost),
    );
    const coins = account.coins.times(marks.BTC!).times(dec(1).minus(HAIRCUT));
    return account.collateral.plus(coins).plus(sum(unrealised));
  }

  /** What moves together is required for net; an option as much again, whatever hedges it. */
  callOf({ holdings }: Pick<BookedAccount, 'holdings'>, marks = this.#marks): Decimal {
    const options = (holdings.get(OPTION.id)?.quantity ?? ZERO).abs().times(marks.BTC!);
    const moving = (['BTC', 'ETH'] as const).map((each) => deltaOf(holdings, each).abs().times(marks[each]!));
    return sum([...moving, options]).times(dec(this.options.maintenanceRate));
  }

  #newMachine(partition: number): AnyMachine {
    const { partitions } = this.options;
    return partition === GLOBAL
      ? new PartitionMachine(deleveragingProcess, partition, partitions)
      : new PartitionMachine(liquidationProcess, partition, partitions);
  }

  #numbered(): readonly number[] {
    return this.#desks.map(({ partition }) => partition).filter((partition) => partition !== GLOBAL);
  }

  #sorted(): readonly BookedAccount[] {
    return [...this.accounts.values()].sort((a, b) => compareText(a.accountId, b.accountId));
  }

  #put(desk: Desk, entry: LogEntry): void {
    const key = `${entry.log}/${entry.partition}`;
    let waiting = desk.inbox.get(key);
    if (waiting === undefined) {
      waiting = [];
      desk.inbox.set(key, waiting);
      desk.sources = [...desk.inbox.keys()].sort(compareText);
    }
    waiting.push(entry);
  }

  #putToNumbered(entry: LogEntry): void {
    for (const desk of this.#desks) if (desk.partition !== GLOBAL) this.#put(desk, entry);
  }

  /** A fact of a numbered partition of another service: liquidation's global partition reads all of them. */
  #tell(partition: number, entry: LogEntry): void {
    this.#put(this.#deskOf(partition), entry);
    this.#put(this.#deskOf(GLOBAL), entry);
  }

  /** An own event of liquidation: numbered partitions read the global one, and it reads all of them. */
  #publish(event: SealedEvent): void {
    if (event.partition === GLOBAL) this.#putToNumbered(event);
    else this.#put(this.#deskOf(GLOBAL), event);
  }

  #deskOf(partition: number): Desk {
    const desk = this.#desks.find((one) => one.partition === partition);
    invariant(desk !== undefined, `no partition ${partition}`);
    return desk;
  }

  /** Gives one waiting entry of one source to one machine. */
  #deliverOne(): boolean {
    const waiting: { readonly desk: Desk; readonly entries: LogEntry[] }[] = [];
    for (const desk of this.#desks) {
      for (const key of desk.sources) {
        const entries = desk.inbox.get(key);
        if (entries !== undefined && entries.length > 0) waiting.push({ desk, entries });
      }
    }
    const chosen = waiting[waiting.length === 0 ? 0 : this.#choice.below(waiting.length)];
    const input = chosen?.entries.shift();
    if (chosen === undefined || input === undefined) return false;
    this.#take(chosen.desk, input);
    return true;
  }

  #take(desk: Desk, input: LogEntry): void {
    desk.machine.accept(input);
    desk.machine.settle();
    const own = desk.machine.drain().events;
    desk.history.push({ input, own });
    for (const event of own) {
      this.events.push(event);
      this.#publish(event);
    }
    for (const event of own) this.#react(event);
  }

  #react(entry: SealedEvent): void {
    if (entry.partition === GLOBAL) {
      this.#reactToRound(entry);
      return;
    }
    const event = entry as unknown as EntryOf<LiquidationEvents>;
    const account = this.#account(event.payload.accountId);
    switch (event.type) {
      case 'OrdersCancelRequested':
        this.#report(account, 'OrdersCancelled', {
          accountId: account.accountId,
          request: placeOf(entry),
          cancelledOrders: 1,
        });
        return;
      case 'CloseOutOrderPlaced':
        this.#execute(account, placeOf(entry), event.payload);
        return;
      case 'LiquidationCostAssessed':
        this.#settle(account, event.payload);
        return;
      case 'CollateralTakeOverRequested':
        this.#takeOver(account, placeOf(entry));
        return;
      case 'HedgeAsked':
        this.#judgeHedge(account, placeOf(entry), event.payload);
        return;
      case 'SetOffRequested':
        this.#setOff(account, placeOf(entry), event.payload);
        return;
      case 'RepaymentRequested':
        this.#repay(account, placeOf(entry), event.payload);
        return;
      case 'FundDrawRequested':
        this.#grant(account, placeOf(entry), event.payload);
        return;
      case 'LiquidationClosed': {
        const loss = dec(event.payload.uncoveredLoss);
        account.liquidating = false;
        account.funded = false;
        if (loss.isNegative()) this.complaints.push(`${account.accountId} ends with ${text(loss)} uncovered`);
        this.uncovered = this.uncovered.plus(loss);
        account.collateral = account.collateral.plus(loss);
        this.#judgeClaim(account, event.payload);
        return;
      }
      default:
    }
  }

  /** Nobody ends with dollars beyond his target while the fund is out of pocket for him; with nothing left the claim is over. */
  #judgeClaim(account: BookedAccount, { caseId, outcome }: LiquidationEvents['LiquidationClosed']): void {
    const beyond = minOf(this.equityOf(account).minus(this.callOf(account).times(TARGET_HEALTH)), account.collateral);
    // Cents that requirements and equity are rounded by.
    if (account.claim.gte(CENT) && beyond.gte(CENT.times(5))) {
      this.complaints.push(`${caseId} ends ${outcome} with ${text(beyond)}, the fund has paid ${text(account.claim)}`);
    }
    if (outcome === 'restored' || !account.claim.gt(0) || account.collateral.gt(0) || account.coins.gt(0)) return;
    const { accountId, partition } = account;
    const payload = { caseId, accountId, amount: text(account.claim) };
    account.claim = ZERO;
    this.#tell(
      partition,
      this.#logs.entry('accounts', partition, 'loss-waterfall', 'ClaimWaived', payload, this.#now()),
    );
  }

  /** What the debtor has beyond his target goes back to the fund. */
  #repay(account: BookedAccount, request: Place, asked: LiquidationEvents['RepaymentRequested']): void {
    const { caseId, accountId } = asked;
    const changed = account.version > asked.accountVersion;
    const amount = changed ? ZERO : minOf(dec(asked.amount), account.claim);
    if (amount.gt(maxOf(account.collateral, ZERO))) this.complaints.push(`${accountId} pays back more than it has`);
    account.collateral = account.collateral.minus(amount);
    account.claim = account.claim.minus(amount);
    this.fund = this.fund.plus(amount);
    const paid = { caseId, accountId, amount: text(amount), remaining: text(account.claim), changed };
    this.#book(account, 'ClaimRepaid', { ...paid, request });
    if (amount.gt(0)) {
      const origin = { partition: account.partition, position: 1 };
      const to = { step: 'global-fund', reserve: null, balance: text(this.fund), postings: [] } as const;
      this.#tellOfFund('RepaymentBooked', { ...paid, ...to, origin });
    }
    this.#assess(account);
  }

  #account(accountId: string): BookedAccount {
    const account = this.accounts.get(accountId);
    invariant(account !== undefined, `no account ${accountId}`);
    return account;
  }

  #report(account: BookedAccount, type: 'OrdersCancelled' | 'CloseOutOrderFinished', payload: object): void {
    const entry = this.#logs.entry(
      'exchange.orderReports',
      account.partition,
      'orders',
      type,
      payload as never,
      this.#now(),
    );
    this.#put(this.#deskOf(account.partition), entry);
  }

  #now(): number {
    return START + this.#schedule * MINUTE_MS;
  }

  /** An event of the account's stream; liquidation's global partition sees it too. */
  #book(account: BookedAccount, type: Parameters<ForeignLogs['entry']>[3], payload: object): LogEntry {
    account.version += 1;
    const stream = `account-${account.accountId}`;
    const entry = this.#logs.entry('accounts', account.partition, stream, type, payload as never, this.#now());
    this.#tell(account.partition, entry);
    this.#judgeSolvency(account, type);
    return entry;
  }

  /** At the same prices nothing but rounding takes who has something below zero: neither others nor the house. */
  #judgeSolvency(account: BookedAccount, type: string): void {
    const before = this.#lossBearing.get(account.accountId);
    const now = this.lossBearingOf(account);
    this.#lossBearing.set(account.accountId, now);
    if (before?.gte(0) === true && now.lt(ROUNDED_OF_AN_ORDER)) {
      this.complaints.push(`${account.accountId} had ${text(before)} and has ${text(now)} after ${type}`);
    }
  }

  /** The owner's other accounts pay what they can spare, and what is left of the deficit goes on. */
  #setOff(debtor: BookedAccount, request: Place, asked: LiquidationEvents['SetOffRequested']): void {
    let missing = dec(asked.amount);
    const from = asked.accounts.map((accountId) => {
      const account = this.#account(accountId);
      const initial = this.callOf(account).times(INITIAL_MULTIPLE);
      const spare = account.liquidating ? ZERO : minOf(this.equityOf(account).minus(initial), account.collateral);
      const available = maxOf(spare, ZERO).toDecimalPlaces(2, 'floor');
      const amount = minOf(available, missing);
      if (!account.answers) this.complaints.push(`${accountId} was asked and does not answer`);
      missing = missing.minus(amount);
      account.collateral = account.collateral.minus(amount);
      if (amount.gt(0)) {
        if (this.equityOf(account).lt(initial)) this.complaints.push(`${accountId} pays and lacks its own requirement`);
        this.#book(account, 'OtherAccountCharged', { accountId, request, amount: text(amount) });
      }
      return { accountId, available: text(available), amount: text(amount), changed: false };
    });
    const received = dec(asked.amount).minus(missing);
    const { caseId, accountId } = asked;
    debtor.collateral = debtor.collateral.plus(received);
    this.#book(debtor, 'SetOffReceived', { caseId, accountId, request, received: text(received), from });
    for (const { accountId: each } of from) this.#assess(this.#account(each));
    this.#assess(debtor);
  }

  #assess(account: BookedAccount, status: 'LIVE' | 'HALT' = 'LIVE'): void {
    const assessment = this.#assessmentOf(account);
    const { equity, liquidation } = assessment.figures;
    const { accountId, partition } = account;
    const emit = (type: 'LiquidationTriggered' | 'LiquidatingAccountAssessed', payload: object): LogEntry => {
      const entry = this.#logs.entry('margin', partition, `margin-${accountId}`, type, payload as never, this.#now());
      this.#tell(partition, entry);
      return entry;
    };
    if (!account.liquidating && status === 'LIVE' && account.holdings.size > 0 && dec(equity).lt(dec(liquidation))) {
      account.liquidating = true;
      const calls = { call: null, uncalled: 'one-price-set' } as const;
      emit('LiquidationTriggered', { accountId, assessment, triggers: [], lowestMaintenanceRates: [], ...calls });
    }
    if (!account.liquidating) return;
    const told = status === 'HALT' ? assessment : this.#withClosings(account, assessment);
    this.judgements.push(emit('LiquidatingAccountAssessed', { accountId, assessment: told }));
  }

  #assessmentOf(account: BookedAccount): AssessmentDetail {
    const { maintenanceRate } = this.options;
    const positions = [...account.holdings]
      .sort(([a], [b]) => compareText(a, b))
      .map(([instrument, { quantity, cost }]) => {
        const owners = this.#sorted().filter(({ accountId }) => ownerOf(accountId) === ownerOf(account.accountId));
        const mark = this.#marks[underlyingOf(instrument)]!;
        const sizes = owners
          .map(({ holdings }) => holdings.get(instrument)?.quantity ?? ZERO)
          .filter((other) => other.isNegative() === quantity.isNegative());
        const ownerNotional = sum(sizes).abs().times(mark);
        const requirement = requirementOf(instrument, text(quantity), text(mark), maintenanceRate, text(ownerNotional));
        const share = this.#shareOf(account, instrument, quantity, mark);
        return { ...requirement, ...share, unrealisedPnl: text(quantity.times(mark).minus(cost)) };
      });
    const equity = roundUsd(this.equityOf(account), 'equity');
    const at = { accountVersion: account.version, schedule: this.#schedule };
    const [amount, price] = [account.coins, this.#marks.BTC!];
    const value = amount.times(price).times(dec(1).minus(HAIRCUT));
    const coin = { asset: 'BTC', amount: text(amount), price: text(price), haircut: text(HAIRCUT), value: text(value) };
    const assessment = assessmentOf(account.accountId, text(equity), positions, at);
    const dollars = text(account.collateral);
    const usd = { asset: 'USD', amount: dollars, price: '1', haircut: '0', value: dollars };
    return { ...assessment, collateral: amount.isZero() ? [usd] : [usd, coin] };
  }

  /** With what is still required without all of a position beside one that it may hedge, half of it and so on, and parts between these. */
  #withClosings({ holdings }: BookedAccount, assessment: AssessmentDetail): AssessmentDetail {
    const isBeside = ({ instrument, maintenance }: PositionRequirement): boolean =>
      dec(maintenance).gt(0) &&
      [...holdings.keys()].some((other) => other !== instrument && underlyingOf(other) === underlyingOf(instrument));
    const closingsOf = ({ instrument }: PositionRequirement): PositionRequirement['closings'] => {
      const held = holdings.get(instrument)!;
      const { lot } = contractOf(CONTRACTS, instrument);
      const most = held.quantity.abs();
      const lots = (share: Decimal): Decimal => most.times(share).div(lot).floor().times(lot);
      const halves = Array.from({ length: 17 }, (_, times) => dec(1).div(2 ** times)).map(lots);
      const sizes = [most, ...halves, ...['0.8', '0.6', '0.3'].map((share) => lots(dec(share)))];
      return [...new Set(sizes.filter((size) => size.gt(0)).map(text))]
        .sort((a, b) => dec(b).cmp(a))
        .map((quantity) => {
          const signed = held.quantity.isNegative() ? dec(quantity) : dec(quantity).neg();
          const without = new Map(holdings).set(instrument, { ...held, quantity: held.quantity.plus(signed) });
          return { quantity, maintenance: text(roundUsd(this.callOf({ holdings: without }), 'requirement')) };
        });
    };
    const positions = assessment.positions.map((position) =>
      isBeside(position) ? { ...position, closings: closingsOf(position) } : position,
    );
    return { ...assessment, positions };
  }

  /** What a position bears of what is required: below zero where it hedges. */
  #shareOf(
    { holdings }: BookedAccount,
    instrument: InstrumentId,
    quantity: Decimal,
    mark: Decimal,
  ): Pick<PositionRequirement, 'maintenance' | 'liquidation'> {
    const delta = deltaOf(holdings, underlyingOf(instrument));
    const moving = delta.isZero() ? ZERO : quantity.times(delta.isNegative() ? -1 : 1);
    const contracts = instrument === OPTION.id ? moving.plus(quantity.abs()) : moving;
    const share = text(contracts.times(mark).times(this.options.maintenanceRate));
    return { maintenance: share, liquidation: share };
  }

  /** What would be required with hedges of some sizes, none beyond the delta. */
  #judgeHedge(account: BookedAccount, request: Place, asked: LiquidationEvents['HedgeAsked']): void {
    const { caseId, accountId, parts, least, books } = asked;
    const delta = deltaOf(account.holdings, 'BTC');
    const mark = this.#marks.BTC!;
    const requiredWith = (quantity: Decimal): string => {
      const held = account.holdings.get('BTC-PERP') ?? { quantity: ZERO, cost: ZERO };
      const perpetual = { ...held, quantity: held.quantity.plus(quantity) };
      const holdings = new Map(account.holdings).set('BTC-PERP', perpetual);
      return text(roundUsd(this.callOf({ holdings }), 'requirement'));
    };
    const hedges = books.flatMap(({ underlying, contracts: [contract] }) => {
      if (contract === undefined) return [];
      const most = minOf(delta.abs(), dec(contract.largest).div(mark)).div(contract.lot).floor();
      const sizes = Array.from({ length: parts }, (_, part) =>
        most
          .times(part + 1)
          .div(parts)
          .floor(),
      )
        .map((lots) => lots.times(contract.lot))
        .filter((quantity) => quantity.gt(0) && quantity.times(mark).gte(least))
        .map((quantity) => {
          const signed = delta.isNegative() ? quantity : quantity.neg();
          const after = text(delta.plus(signed).times(mark));
          return { quantity: text(quantity), delta: after, maintenance: requiredWith(signed) };
        });
      const side: TradeSide = delta.isNegative() ? 'buy' : 'sell';
      const figures = {
        mark: text(mark),
        unitNotional: text(mark),
        delta: text(delta.times(mark)),
        ownerNotional: '0',
      };
      return sizes.length === 0 ? [] : [{ underlying, instrument: contract.instrument, side, ...figures, sizes }];
    });
    const at = { schedule: this.#schedule, accountVersion: account.version, maintenance: requiredWith(ZERO) };
    const { partition } = account;
    const payload = { caseId, accountId, request, ...at, hedges };
    const entry = this.#logs.entry('margin', partition, `hedge-${caseId}`, 'HedgeJudged', payload, this.#now());
    this.judgements.push(entry);
    this.#tell(partition, entry);
  }

  #reportRun(partition: number): void {
    const payload = { kind: 'full', schedule: this.#schedule };
    const entry = this.#logs.entry('margin', partition, 'runs', 'MarginRunCompleted', payload as never, this.#now());
    this.#tell(partition, entry);
  }

  /** Closes or opens at a price; returns the realised profit, rounded down to the cent. */
  #trade(
    account: BookedAccount,
    instrument: InstrumentId,
    side: TradeSide,
    quantity: Decimal,
    price: Decimal,
  ): Decimal {
    const held = account.holdings.get(instrument);
    invariant(held !== undefined, `${account.accountId} holds no ${instrument}`);
    const signed = side === 'buy' ? quantity : quantity.neg();
    if (quantity.gt(held.quantity.abs()) || held.quantity.isNegative() === signed.isNegative()) {
      this.complaints.push(`${account.accountId} closes ${text(quantity)} of ${text(held.quantity)} ${instrument}`);
    }
    const { position, realised: exact } = tradeAtUnitValue(
      contractOf(CONTRACTS, instrument).instrument,
      held,
      signed,
      price,
    );
    const realised = roundUsd(exact, 'credit');
    this.#rounding = this.#rounding.plus(exact).minus(realised);
    held.quantity = position.quantity;
    held.cost = position.cost;
    if (held.quantity.isZero()) account.holdings.delete(instrument);
    account.collateral = account.collateral.plus(realised);
    return realised;
  }

  #execute(account: BookedAccount, order: Place, placed: LiquidationEvents['CloseOutOrderPlaced']): void {
    const quantity = dec(placed.quantity);
    const { lot } = contractOf(CONTRACTS, placed.instrument);
    // What an order may trade at most: what is held, or the delta that it hedges, which it never turns round.
    const held = placed.hedge === undefined ? account.holdings.get(placed.instrument)?.quantity : undefined;
    const most = held ?? (placed.hedge === undefined ? ZERO : deltaOf(account.holdings, 'BTC'));
    if (quantity.gt(most.abs())) this.complaints.push(`order of ${placed.quantity} for ${text(most)}`);
    if (placed.hedge !== undefined && most.isNegative() !== (placed.side === 'buy')) {
      this.complaints.push(`${placed.caseId} hedges ${text(most)} with a ${placed.side}`);
    }
    const oddRemainder = quantity.lt(lot) && held !== undefined && quantity.eq(held.abs());
    if (!quantity.mod(lot).isZero() && !oddRemainder) {
      this.complaints.push(`order of ${placed.quantity} is off the lot, ${text(most)} held`);
    }
    const equityBefore = this.equityOf(account);
    const atLimit = dec(placed.mark).minus(dec(placed.limit)).abs().times(quantity);
    if (!account.funded && this.lossBearingOf(account).minus(atLimit).lt(dec('-0.02'))) {
      this.complaints.push(`the limit ${placed.limit} of ${placed.caseId} is beyond what it has`);
    }
    this.#slices.set(placeName(order), {
      account,
      placed,
      equityBefore,
      lossBearingBefore: this.lossBearingOf(account),
      callBefore: this.callOf(account),
      ledger: ZERO,
      charged: ZERO,
    });
    const { empty, partial } = this.options.temper;
    const mood = this.#reliable ? 10 : this.#choice.below(10);
    const share = mood < empty ? ZERO : mood < empty + partial ? dec(1 + this.#choice.below(9)).div(10) : dec(1);
    const filled = minOf(quantity.times(share).div(lot).floor().times(lot), quantity);
    const whole = this.#inDepth(placed, share.eq(1) ? quantity : filled, lot);
    const first = whole.div(2).div(lot).floor().times(lot);
    for (const part of [first, whole.minus(first)]) if (part.gt(0)) this.#fill(account, order, placed, part);
    const status = whole.isZero() ? 'unfilled' : whole.lt(quantity) ? 'partially-filled' : 'filled';
    this.#report(account, 'CloseOutOrderFinished', {
      accountId: account.accountId,
      order,
      status,
      filledQuantity: text(whole),
    });
  }

  /** So much of an order as the book still holds at these prices. */
  #inDepth(
    { instrument, side, mark }: LiquidationEvents['CloseOutOrderPlaced'],
    wanted: Decimal,
    lot: Decimal,
  ): Decimal {
    const { depth } = this.options.temper;
    if (depth === undefined || this.#reliable) return wanted;
    const book = `${instrument}-${side}`;
    const left = this.#depth.get(book) ?? depth;
    const most = dec(Math.max(left, 0)).div(mark);
    const found = wanted.lte(most) ? wanted : most.div(lot).floor().times(lot);
    this.#depth.set(book, left - found.times(mark).toNumber());
    return found;
  }

  /** The house pays the index for all coins, whole cents. */
  #takeOver(account: BookedAccount, request: Place): void {
    const dollars = roundUsd(account.coins.times(this.#marks.BTC!), 'credit');
    account.coins = ZERO;
    account.collateral = account.collateral.plus(dollars);
    this.#paidForCoins = this.#paidForCoins.plus(dollars);
    this.#book(account, 'CollateralTakenOver', { accountId: account.accountId, request });
    this.#assess(account);
  }

  #fill(account: BookedAccount, order: Place, placed: LiquidationEvents['CloseOutOrderPlaced'], part: Decimal): void {
    const { worstSlippageBps } = this.options.temper;
    const bps = this.#choice.below(worstSlippageBps * 12 + 1) / 10 - worstSlippageBps / 5;
    const slip = dec(bps.toFixed(1)).div(10_000);
    const mark = dec(placed.mark);
    const free = mark.times(placed.side === 'sell' ? dec(1).minus(slip) : dec(1).plus(slip)).toDecimalPlaces(1);
    // An exchange trades up to the limit, and not beyond it.
    const price = placed.side === 'sell' ? maxOf(free, dec(placed.limit)) : minOf(free, dec(placed.limit));
    const loss = (placed.side === 'sell' ? mark.minus(price) : price.minus(mark)).times(part);
    const fee = roundUsd(dec(placed.provisionalRate).times(part).times(mark), 'fee');
    const realised = this.#tradeOf(account, placed, part, mark);
    account.collateral = account.collateral.minus(fee);
    this.#market = this.#market.plus((placed.side === 'sell' ? part.neg() : part).times(price));
    const witness = this.#slice(order);
    witness.ledger = witness.ledger.plus(fee).minus(loss);
    witness.charged = witness.charged.plus(fee);
    const postings: Posting[] = [
      { ledgerAccount: `client/${account.accountId}`, asset: 'USD', amount: text(realised.minus(fee)) },
      { ledgerAccount: 'liquidation', asset: 'USD', amount: text(fee.minus(loss)) },
    ];
    this.#book(account, 'PositionChanged', {
      accountId: account.accountId,
      reason: 'close-out',
      tradeId: `close-out/${placeName(order)}`,
      closeOutOrder: order,
      side: placed.side,
      quantity: text(part),
      price: placed.mark,
      fillPrice: text(price),
      fee: text(fee),
      // Only the name is read: what is held is told by the assessment.
      position: { instrument: placed.instrument, quantity: '0', cost: '0' },
      postings,
    });
  }

  /** What an order trades at its mark, and the profit that this realises: a hedge may open a position. */
  #tradeOf(
    account: BookedAccount,
    { instrument, side, hedge }: LiquidationEvents['CloseOutOrderPlaced'],
    part: Decimal,
    mark: Decimal,
  ): Decimal {
    if (hedge === undefined) return this.#trade(account, instrument, side, part, mark);
    const before = account.collateral;
    this.#grow(account, { instrument, side, price: mark }, part);
    return account.collateral.minus(before);
  }

  #slice(order: Place): SliceWitness {
    const witness = this.#slices.get(placeName(order));
    invariant(witness !== undefined, `no slice ${placeName(order)}`);
    return witness;
  }

  #settle(account: BookedAccount, cost: LiquidationEvents['LiquidationCostAssessed']): void {
    const witness = this.#slice(cost.order);
    const trueUp = dec(cost.trueUp);
    account.collateral = account.collateral.plus(trueUp);
    witness.ledger = witness.ledger.minus(trueUp);
    if (!witness.charged.minus(trueUp).eq(dec(cost.penalty))) {
      this.complaints.push(`charged ${text(witness.charged)}, returned ${cost.trueUp}, penalty ${cost.penalty}`);
    }
    this.#judge(witness, cost);
    this.#book(account, 'LiquidationCostSettled', {
      accountId: account.accountId,
      order: cost.order,
      trueUp: cost.trueUp,
    });
    if (witness.ledger.gt(0)) {
      const whole = roundUsd(witness.ledger, 'credit');
      this.#credit(whole, 'penalty-remainder');
      witness.ledger = witness.ledger.minus(whole);
    }
    this.#assess(account);
  }

  /** A slice at its mark: equity stays non-negative and health does not fall, but for the cents of its two fills. */
  #judge(
    { account, placed, equityBefore, lossBearingBefore, callBefore }: SliceWitness,
    cost: LiquidationEvents['LiquidationCostAssessed'],
  ): void {
    const marks = { ...this.#marks, [underlyingOf(placed.instrument)]: dec(placed.mark) };
    const equity = this.equityOf(account, marks).plus(dec('0.02'));
    if (this.lossBearingOf(account, marks).lt(ROUNDED_OF_AN_ORDER) && lossBearingBefore.gte(0)) {
      this.complaints.push(`slice ${placed.slice} of ${placed.caseId} left less than nothing`);
    }
    // Slippage is a loss that has happened; only what is charged beyond it is a charge.
    if (dec(cost.penalty).lte(maxOf(dec(cost.slippage), ZERO).plus(dec('0.02')))) return;
    if (equityBefore.gte(0) && equity.lt(0)) this.complaints.push(`a penalty made equity ${text(equity)}`);
    if (placed.hedge === undefined && placed.part === undefined && isOptionBook(account, placed.instrument)) return;
    if (equity.times(callBefore).lt(equityBefore.times(this.callOf(account, marks)))) {
      this.complaints.push(`slice ${placed.slice} of ${placed.caseId} worsened health`);
    }
  }

  #grant(account: BookedAccount, request: Place, draw: LiquidationEvents['FundDrawRequested']): void {
    const { caseId, accountId, purpose, order } = draw;
    const amount = dec(draw.amount);
    if (order !== null) {
      const { ledger, placed } = this.#slice(order);
      const missing = ledger.neg();
      // But for the cents of its fills, each of which is rounded toward the house.
      if (!account.funded && dec(placed.bearableRate).gt(0) && amount.gt(dec('0.03'))) {
        this.complaints.push(`the fund pays ${draw.amount} of slippage of ${accountId}, which has something left`);
      }
      if (missing.minus(amount).abs().gte(dec('0.01'))) {
        this.complaints.push(`draw of ${draw.amount} for a ledger minus of ${text(missing)}`);
      }
    }
    const granted = maxOf(minOf(amount, this.fund), ZERO);
    this.fund = this.fund.minus(granted);
    if (granted.gt(0)) {
      const step = { request, caseId, accountId, purpose, step: 'global-fund', reserve: null } as const;
      this.#tellOfFund('LossStepTaken', {
        ...step,
        before: draw.amount,
        amount: text(granted),
        remaining: text(amount.minus(granted)),
        balance: text(this.fund),
        postings: [],
      });
    }
    // What the fund does not pay of slippage is written off, so that the slice is even either way.
    if (order !== null) this.#slice(order).ledger = this.#slice(order).ledger.plus(amount);
    const answer: FundEvents['FundDrawGranted'] = {
      request,
      caseId,
      accountId,
      purpose,
      requested: draw.amount,
      granted: text(granted),
      balance: text(this.fund),
    };
    this.grants.push(this.#tellOfFund('FundDrawGranted', answer));
    if (granted.gt(0)) {
      if (order === null) {
        account.collateral = account.collateral.plus(granted);
        account.funded = true;
        account.claim = account.claim.plus(granted);
      }
      this.#book(account, 'FundGrantReceived', { caseId, request, purpose, accountId, amount: text(granted) });
    }
    if (order !== null && granted.lt(amount)) {
      this.uncovered = this.uncovered.plus(amount).minus(granted);
      this.#book(account, 'UncoveredLossBooked', { caseId, accountId });
    }
    this.#assess(account);
  }

  #credit(amount: Decimal, reason: FundEvents['FundCredited']['reason']): void {
    this.fund = this.fund.plus(amount);
    const origin = { partition: 0, position: 1 };
    const payload = { reason, origin, reserve: null, amount: text(amount), balance: text(this.fund), postings: [] };
    if (amount.gt(0)) this.#tellOfFund('FundCredited', payload);
  }

  /** An event of accounts' global partition: every partition of liquidation reads it. */
  #tellOfFund<T extends keyof FundEvents & Parameters<ForeignLogs['entry']>[3]>(
    type: T,
    payload: FundEvents[T],
  ): LogEntry {
    const entry = this.#logs.entry('accounts', GLOBAL, 'insurance-fund', type, payload as never, this.#now());
    for (const desk of this.#desks) this.#put(desk, entry);
    return entry;
  }

  #reactToRound(entry: SealedEvent): void {
    const event = entry as unknown as EntryOf<LiquidationGlobalEvents>;
    if (event.type === 'CloseOutTurnGranted' || event.type === 'CloseOutTurnDeferred') return;
    if (event.type === 'DeleveragingAnnounced') return;
    if (event.type === 'ProviderRoundOpened') {
      for (const partition of this.#numbered()) this.#judgeProviders(partition, event.payload);
      return;
    }
    if (event.type === 'AuctionOpened') return this.#bidIn(event.payload);
    if (event.type === 'AuctionBidPlaced' || event.type === 'AuctionCalled' || event.type === 'AuctionClosed') return;
    if (event.type === 'ProviderRoundExecuted') return this.#bookTakes(event.payload);
    if (event.type === 'ProviderRoundClosed') return this.#bookDebtor(event.payload);
    const { roundId, instrument, side } = event.payload;
    if (event.type === 'AdlRoundOpened') {
      for (const partition of this.#numbered()) this.#reportCandidates(partition, event.payload);
      return;
    }
    if (event.type === 'AdlExecuted') {
      for (const close of event.payload.closes) this.#bookAdl('candidate', roundId, instrument, side, close);
      return;
    }
    for (const { closedQuantity: quantity, ...bankrupt } of event.payload.bankrupt) {
      this.#bookAdl('bankrupt', roundId, instrument, side, { ...bankrupt, quantity });
    }
  }

  /** Some of the named bid, within what they may or beyond it, at what the auction gives or at more. */
  #bidIn({ auctionId, bidders, lot, dutch, mostDiscount }: AuctionEvents['AuctionOpened']): void {
    for (const { accountId, quantity: most } of bidders) {
      if (this.#choice.below(3) === 0) continue;
      const share = dec(1 + this.#choice.below(11)).div(10);
      const quantity = text(maxOf(dec(most).times(share).div(lot).floor().times(lot), dec(lot)));
      const asked = dec(mostDiscount).times(this.#choice.below(12)).div(10).toDecimalPlaces(6);
      const payload = { auctionId, accountId, quantity, discount: dutch === null ? text(asked) : '0' };
      const entry = this.#logs.entry(
        'liquidation.commands',
        GLOBAL,
        'commands',
        'BidInAuction' as never,
        payload as never,
        this.#now(),
      );
      this.#put(this.#deskOf(GLOBAL), entry);
    }
  }

  /** Nobody has anything to say: what is open waits for a time that is named. */
  #judgeAuctions(): void {
    const { auctions } = this.#deskOf(GLOBAL).machine.state as DeleveragingState;
    if (auctions.requests.length > 0) this.complaints.push('an auction is asked for, and nobody answers');
    for (const { opened, call } of auctions.open.values()) {
      const next = call === null ? opened.endsAt : call.until;
      if (call?.asked === true || next <= this.#now()) this.complaints.push(`${opened.auctionId} goes on for ever`);
    }
  }

  /** A provider takes over what his equity covers the initial requirement of, as of all that he has then. */
  #judgeProviders(partition: number, opened: ProviderEvents['ProviderRoundOpened']): void {
    const { roundId, accountId: debtor, side, instrument, lot, providers } = opened;
    const here = providers.filter(({ accountId }) => this.#account(accountId).partition === partition);
    const judged = here.map(({ accountId, quantity }) => {
      const account = this.#account(accountId);
      let lots = account.liquidating ? ZERO : dec(quantity).div(lot).floor();
      while (lots.gt(0) && !this.#bears(account, instrument, lots.times(side === 'long' ? lot : `-${lot}`))) {
        lots = lots.div(2).floor();
      }
      const refusal = lots.times(lot).eq(quantity) ? null : 'below-initial-requirement';
      return { accountId, accountVersion: account.version, quantity: text(lots.times(lot)), refusal };
    });
    const own = this.#account(debtor);
    const debtorVersion = own.partition === partition ? own.version : null;
    const payload = {
      ...{ roundId, schedule: this.#schedule, debtorVersion, providers: judged },
      ...(own.partition === partition ? { givenUp: this.#givenUp(own, opened) } : {}),
    };
    const entry = this.#logs.entry(
      'margin',
      partition,
      `providers-${roundId}`,
      'ProvidersJudged',
      payload,
      this.#now(),
    );
    this.judgements.push(entry);
    this.#tell(partition, entry);
  }

  /** As much, halved until it does, as leaves the debtor's health no worse. */
  #givenUp(
    debtor: BookedAccount,
    { instrument, lot, mark, quantity, providers }: ProviderEvents['ProviderRoundOpened'],
  ) {
    return [...new Set(providers.map(({ price }) => price))].map((price) => {
      const cost = dec(price).minus(mark).abs();
      let lots = dec(quantity).div(lot).floor();
      while (lots.gt(0) && this.#worsens(debtor, instrument, lots.times(lot), cost)) lots = lots.div(2).floor();
      return { price, quantity: text(lots.times(lot)) };
    });
  }

  #worsens(debtor: BookedAccount, instrument: InstrumentId, less: Decimal, cost: Decimal): boolean {
    const held = debtor.holdings.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    const smaller = { ...held, quantity: held.quantity.minus(held.quantity.isNegative() ? less.neg() : less) };
    const holdings = new Map(debtor.holdings).set(instrument, smaller);
    const equity = this.equityOf(debtor).minus(cost.times(less)).plus(CENT);
    return equity.times(this.callOf(debtor)).lt(this.equityOf(debtor).times(this.callOf({ holdings }).minus(CENT)));
  }

  #bears(account: BookedAccount, instrument: InstrumentId, more: Decimal): boolean {
    const held = account.holdings.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    const grown = { ...held, quantity: held.quantity.plus(more) };
    const holdings = new Map(account.holdings).set(instrument, grown);
    return this.equityOf(account).gte(this.callOf({ holdings }).times(INITIAL_MULTIPLE));
  }

  /** Equity above the initial requirement. */
  #surplusOf(account: BookedAccount): Decimal {
    return this.equityOf(account).minus(this.callOf(account).times(INITIAL_MULTIPLE));
  }

  #bookTakes({ roundId, request, instrument, side, takes }: ProviderEvents['ProviderRoundExecuted']): void {
    for (const { accountId, accountVersion, quantity, price } of takes) {
      const account = this.#account(accountId);
      const taken = account.version > accountVersion ? ZERO : dec(quantity);
      const trade = { instrument, side: side === 'long' ? 'buy' : 'sell', price: dec(price) } as const;
      const before = this.#surplusOf(account);
      if (taken.gt(0)) this.#grow(account, trade, taken);
      // What hedges him is judged whole; who gets a part of it may still lack what he lacked before, and no more.
      if (this.#surplusOf(account).lt(minOf(before, ZERO))) {
        this.complaints.push(`${accountId} took over ${quantity} and lacks its own requirement`);
      }
      const booked = { accountId, roundId, role: 'provider', request, instrument, side: trade.side, price };
      const entry = this.#book(account, 'ProviderTradeBooked', {
        ...booked,
        executedQuantity: quantity,
        quantity: text(taken),
      });
      this.trades.push(entry);
    }
  }

  #bookDebtor({
    roundId,
    request,
    accountId,
    instrument,
    side,
    takenOver,
  }: ProviderEvents['ProviderRoundClosed']): void {
    const account = this.#account(accountId);
    const [equityBefore, callBefore] = [this.equityOf(account), this.callOf(account)];
    for (const { quantity, price } of takenOver) {
      const trade = { instrument, side: side === 'long' ? 'sell' : 'buy' } as const;
      this.#trade(account, instrument, trade.side, dec(quantity), dec(price));
      const booked = { accountId, roundId, role: 'debtor', request, ...trade, price };
      this.trades.push(this.#book(account, 'ProviderTradeBooked', { ...booked, executedQuantity: quantity, quantity }));
    }
    // A round is judged whole: what goes at the best price may bear a part of what goes at the next. Below zero a quotient says nothing.
    const equity = this.equityOf(account).plus(CENT);
    if (equityBefore.gte(0) && equity.times(callBefore).lt(equityBefore.times(this.callOf(account)))) {
      this.complaints.push(`take-overs of ${roundId} worsened the health of ${accountId}`);
    }
    if (takenOver.length > 0) this.#assess(account);
  }

  /** What a provider buys or sells: closes first what he holds on the other side, the rest opens. */
  #grow(
    account: BookedAccount,
    {
      instrument,
      side,
      price,
    }: { readonly instrument: InstrumentId; readonly side: TradeSide; readonly price: Decimal },
    quantity: Decimal,
  ): void {
    const held = account.holdings.get(instrument)?.quantity ?? ZERO;
    const closing = held.isNegative() === (side === 'buy') ? minOf(held.abs(), quantity) : ZERO;
    if (closing.gt(0)) this.#trade(account, instrument, side, closing, price);
    const opening = side === 'buy' ? quantity.minus(closing) : closing.minus(quantity);
    if (opening.isZero()) return;
    const before = account.holdings.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    account.holdings.set(instrument, {
      quantity: before.quantity.plus(opening),
      cost: before.cost.plus(opening.times(price)),
    });
  }

  #reportCandidates(
    partition: number,
    { roundId, instrument, side: bankrupt, requests, opposite }: AdlEvents['AdlRoundOpened'],
  ): void {
    const mark = this.#marks[underlyingOf(instrument)]!;
    const bankruptHere = [...requests, ...opposite]
      .map(({ accountId }) => this.#account(accountId))
      .filter((account) => account.partition === partition)
      .map(({ accountId, version }) => ({ accountId, accountVersion: version }));
    const candidates = this.#sorted()
      .filter((account) => account.partition === partition && !account.liquidating)
      .flatMap((account) => {
        const quantity = account.holdings.get(instrument)?.quantity ?? ZERO;
        if (quantity.isZero() || quantity.isNegative() !== (bankrupt === 'long')) return [];
        const [notional, equity] = [quantity.abs().times(mark), this.equityOf(account)];
        return [
          {
            accountId: account.accountId,
            quantity: text(quantity.abs()),
            notional: text(notional),
            requirement: text(notional.times(this.options.maintenanceRate)),
            equity: text(equity),
          },
        ];
      });
    const payload = { roundId, schedule: this.#schedule, bankrupt: bankruptHere, candidates };
    const entry = this.#logs.entry(
      'margin',
      partition,
      `adl-${roundId}`,
      'AdlCandidatesReported',
      payload,
      this.#now(),
    );
    this.#tell(partition, entry);
  }

  #bookAdl(
    role: 'candidate' | 'bankrupt',
    roundId: string,
    instrument: InstrumentId,
    bankruptSide: Side,
    close: Pick<AdlEvents['AdlExecuted']['closes'][number], 'accountId' | 'request' | 'quantity' | 'price'>,
  ): void {
    const account = this.#account(close.accountId);
    const side: TradeSide = (bankruptSide === 'long') === (role === 'bankrupt') ? 'sell' : 'buy';
    const executed = dec(close.quantity);
    const held = account.holdings.get(instrument)?.quantity ?? ZERO;
    // As accounts books it: at most what is still held on that side. A take-over may have turned the position meanwhile.
    const quantity = held.isNegative() === (side === 'buy') ? minOf(executed, held.abs()) : ZERO;
    const before = this.lossBearingOf(account);
    if (quantity.gt(0)) this.#trade(account, instrument, side, quantity, dec(close.price));
    // A cent for rounding the cash of a close down.
    const after = this.lossBearingOf(account);
    if (before.gte(0) && after.lt(dec('-0.01'))) {
      this.complaints.push(`${account.accountId} had ${text(before)} and has ${text(after)} after ${roundId}`);
    }
    this.#book(account, 'AdlBooked', {
      accountId: account.accountId,
      roundId,
      role,
      request: close.request,
      instrument,
      side,
      executedQuantity: close.quantity,
      quantity: text(quantity),
      price: close.price,
    });
    if (account.liquidating) this.#assess(account);
  }
}

const underlyingOf = (instrument: InstrumentId): Underlying => (instrument.startsWith('BTC') ? 'BTC' : 'ETH');

/**
 * Where a share is not all that is known of a position: it holds while the worst scenario stays the worst, and an option that is closed leaves its
 * hedge (CLR-LIQ-023).
 */
const isOptionBook = ({ holdings }: BookedAccount, closed: InstrumentId): boolean =>
  closed === OPTION.id || holdings.has(OPTION.id);

/** Coins that holdings move like. */
const deltaOf = (holdings: BookedAccount['holdings'], underlying: Underlying): Decimal =>
  sum([...holdings].filter(([id]) => underlyingOf(id) === underlying).map(([, { quantity }]) => quantity));
