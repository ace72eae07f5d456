import {
  defineProcess,
  GLOBAL,
  type Cause,
  type DecisionContext,
  type LogPartition,
  type PartitionProcess,
  type Timer,
} from '@ballast/event-sourcing';
import {
  EXCHANGE_LOGS,
  READ_TOGETHER,
  type Asset,
  FillEvents,
  InstrumentId,
  OrderReportEvents,
  Place,
  QuoteEvents,
  TradeSide,
  TransferEvents,
  Underlying,
} from '@ballast/facts';
import {
  canonicalText,
  compareText,
  DAY_MS,
  dec,
  invariant,
  isoOf,
  MINUTE_MS,
  partitionOfAccount,
  SECOND_MS,
  text,
  type DecimalString,
  type Instant,
} from '@ballast/kernel';
import { OWN_MESSAGES, type OwnEvents } from './own-messages.js';
import { ContractMarket } from './market/contract-market.js';
import { specificationOf, stepsOf, type Contract } from './market/contracts.js';
import { characterOf } from './market/character.js';
import { perpetualOf, perpetualSpecification, underlyingOf } from './market/instruments.js';
import { clearingTimeDepth } from './market/liquidity.js';
import { Market, priceText } from './market/market.js';
import { FACTS_READ } from './facts-read.js';
import { ownerActions, type OwnerAction } from './owners/owner-decisions.js';
import {
  contractNotionalOf,
  equityOf,
  grossNotionalOf,
  marketViewOf,
  notionalOf,
  priceOf,
  volatilityOf,
  type ContractSeen,
  type MarketView,
} from './owners/owner-finances.js';
import { accountProfiles, type AccountProfile } from './owners/owner-profile.js';
import { DEFAULT_REACTIONS, REACTIONS } from './owners/reactions.js';
import { COIN_DIGITS, COIN_UNITS, decimalText, unitsOf } from './scaled-integer.js';
import type { Emit, ExchangeSimulator, SimulatorOutput } from './simulator-contract.js';
import { PricePath } from './scenario/price-path.js';
import { barsOf, coinsOf, endOf, underlyingsOf, type Scenario } from './scenario/scenario.js';
import { hashKey, SeededHash } from './seeded-hash.js';
import {
  contractUnits,
  emptyState,
  becomesSmaller,
  isAdmitted,
  isTraded,
  nextCorrelation,
  restsOnlyLess,
  restingOrdersOf,
  takenAt,
  takesOnlyLess,
  unitsIn,
  viewOf,
  type OpenRequest,
  type SimulatorState,
} from './simulator-state.js';

export interface SimulatorConfig {
  /** Its `from`, `to` and `openingFund` are those of the run. */
  readonly scenario: Scenario;
  /** Any text; the same seed makes the same run. */
  readonly seed: string;
  /** Number of accounts, liquidity providers included. */
  readonly accounts: number;
  /** Numbered partitions of the logs. */
  readonly partitions: number;
}

const SMALLEST_RUN = 10;

const TIMER = 'step';
/** Of the clock alone, once the scenario has nothing more to say. */
const CLOCK = 'clock';
const COUNTERPARTY = hashKey('counterparty');

/** Liquidity providers carry at most this multiple of their equity, dealers of contracts that of theirs. */
const PROVIDER_LEVERAGE = 5;
const DEALER_LEVERAGE = 8;

/** The rest of the envelope is the same for every message of a log and stream. */
const quotes = <Type extends keyof QuoteEvents>(stream: string, type: Type, payload: QuoteEvents[Type], cause: Cause) =>
  ({ log: 'exchange.quotes', partition: GLOBAL, stream, type, schemaVersion: 1, payload, cause }) as SimulatorOutput;

const transfer = <Type extends keyof TransferEvents>(
  partition: number,
  stream: string,
  type: Type,
  payload: TransferEvents[Type],
  cause: Cause,
) =>
  ({
    log: 'exchange.transfers',
    partition,
    stream: `transfers-${stream}`,
    type,
    schemaVersion: 1,
    payload,
    cause,
  }) as SimulatorOutput;

const fill = (partition: number, payload: FillEvents['TradeFilled'], cause: Cause): SimulatorOutput => ({
  log: 'exchange.fills',
  partition,
  stream: `fills-${payload.accountId}`,
  type: 'TradeFilled',
  schemaVersion: 1,
  payload,
  cause,
});

const report = <Type extends keyof OrderReportEvents>(
  place: Place,
  type: Type,
  payload: OrderReportEvents[Type],
  cause: Cause,
) =>
  ({
    log: 'exchange.orderReports',
    partition: place.partition,
    stream: `order-${place.position}`,
    type,
    schemaVersion: 1,
    payload,
    cause,
  }) as SimulatorOutput;

/** Topics beside the quotes, of every numbered partition. */
const topicPartitions = (partitions: number): readonly LogPartition[] =>
  EXCHANGE_LOGS.filter((log) => log !== 'exchange.quotes').flatMap((log) =>
    Array.from({ length: partitions }, (_, partition) => ({ log, partition })),
  );

/** Every message begins a correlation of its own: what follows from it in the services is found by it. */
const emitInto =
  (state: SimulatorState, context: DecisionContext): Emit =>
  ({ log, partition, cause, ...message }) =>
    void context.emit(
      { ...message, to: { log, partition }, correlation: nextCorrelation(state, context.time.clearing) },
      cause,
    );

/** One execution to be written as two fills of one trade. */
interface Execution {
  readonly tradeId: string;
  readonly taker: { readonly accountId: string; readonly partition: number };
  readonly maker: AccountProfile;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly quantity: DecimalString;
  readonly price: DecimalString;
  readonly closeOutOrder: Place | null;
}

/** A future that expires later than this settles its variation every day. */
const LATER_EXPIRY_MS = 3 * DAY_MS;
/** Closes of the warm-up are supplied in steps of this length, or of a price set if that is longer. */
const HISTORY_INTERVAL_MS = 15 * MINUTE_MS;

/** A crowd of this size trades in books of the depth that `market/character.ts` says. */
const CROWD = 1_000;
/** The books of the smallest and the largest crowd, multiples of those. */
const LEAST_DEPTH = 0.1;
const MOST_DEPTH = 10;

/** Books are as deep as the crowd is large, so that a small run is a small picture of a large one. */
const depthOf = (accounts: number): number => Math.max(LEAST_DEPTH, Math.min(MOST_DEPTH, accounts / CROWD));

/** A simulated exchange over a scenario. @throws InvariantViolation when the run is impossible */
export function createExchangeSimulator(config: SimulatorConfig): ExchangeSimulator {
  return new CrowdSimulator(config);
}

/** A crowd of owners that trades against liquidity providers on the price path of a scenario. */
class CrowdSimulator implements ExchangeSimulator {
  readonly runName: string;
  readonly process: PartitionProcess<SimulatorState>;
  readonly accounts: readonly AccountProfile[];
  readonly #market: Market;
  readonly #draws: SeededHash;
  readonly #providers: readonly AccountProfile[];
  readonly #dealers: readonly AccountProfile[];
  readonly #contracts: ContractMarket | undefined;
  #seen:
    { readonly at: Instant; readonly listed: number; readonly admitted: number; readonly view: MarketView } | undefined;

  constructor(readonly config: SimulatorConfig) {
    const { scenario, accounts, partitions, seed } = config;
    const { name, from, to, warmUpFrom, openingFund } = scenario;
    const stepMs = scenario.priceSetEverySeconds * SECOND_MS;
    invariant(from >= warmUpFrom && to >= from, 'a run lies inside its scenario');
    invariant((to - from) % stepMs === 0, `a run takes a multiple of ${stepMs / SECOND_MS} s`);
    for (const underlying of underlyingsOf(scenario)) {
      const last = barsOf(scenario, underlying).at(-1);
      invariant(last !== undefined && to <= endOf(last), `the bars of ${underlying} end before the run`);
    }
    invariant(accounts >= SMALLEST_RUN, `a run has at least ${SMALLEST_RUN} accounts`);
    const { contracts: plan, coins, reactions, priceFeedback } = scenario;
    const run = `${name} ${isoOf(from)}..${isoOf(to)} seed ${seed}, ${accounts} accounts, fund ${openingFund}`;
    // One hash for both, because the name is a label of the first message, and a label is short.
    const further = {
      ...(plan === undefined ? {} : { contracts: plan }),
      ...(coins === undefined ? {} : { coins }),
      ...(reactions === undefined ? {} : { reactions }),
      ...(priceFeedback === undefined ? {} : { priceFeedback }),
    };
    const isPlain = Object.keys(further).length === 0;
    this.runName = isPlain ? run : `${run} #${hashKey(canonicalText(further)).toString(16)}`;
    this.#draws = new SeededHash(seed);
    this.#market = new Market(new PricePath(scenario, this.#draws), this.#draws, { from, to }, depthOf(accounts));
    this.#contracts = plan === undefined ? undefined : new ContractMarket(this.#market, plan);
    const answers = REACTIONS[reactions ?? DEFAULT_REACTIONS];
    this.accounts = accountProfiles(this.#draws, accounts, partitions, plan?.writers, answers);
    this.#providers = this.accounts.filter(({ kind }) => kind === 'liquidity-provider');
    this.#dealers = this.accounts.filter(({ kind }) => kind === 'contract-dealer');
    this.process = defineProcess<SimulatorState, OwnEvents>({
      log: 'exchange.quotes',
      alsoWrites: topicPartitions,
      readTogether: READ_TOGETHER,
      stateForm: { version: 2 },
      initialState: emptyState,
      reads: FACTS_READ,
      own: OWN_MESSAGES,
      settle: (state, context) => this.#answer(state, emitInto(state, context)),
      dueTimers: (state, now) => this.#dueSteps(state, now),
      fire: (state, { id, due }, context) => {
        const { clearing } = context.time;
        invariant(due === clearing, `the step at ${isoOf(clearing)} is not the next one`);
        const emit = emitInto(state, context);
        if (id === TIMER) this.#beginStep(state, due, emit);
        else emit(quotes('clock', 'ClockTicked', { at: due }, { kind: 'timer', id, due }));
      },
    });
  }

  *steps(): Generator<Instant> {
    const { from, to } = this.config.scenario;
    for (let at = from; at <= to; at += this.#market.stepMs) yield at;
  }

  /**
   * The next step is due as soon as its time has come; nobody else tells this clock what time it is. Behind the last step
   * nothing is quoted any more, but the clock goes on for as long as somebody ticks it, so that the silence is noticed.
   * @see docs/spec/pricing.md CLR-PRC-013
   */
  #dueSteps({ lastStep }: SimulatorState, now: Instant): readonly Timer[] {
    const { from, to } = this.config.scenario;
    const next = lastStep === 0 ? from : lastStep + this.#market.stepMs;
    if (next <= to) return next <= now ? [{ id: TIMER, due: next }] : [];
    return now > lastStep ? [{ id: CLOCK, due: now }] : [];
  }

  /** Time of the market that an order meets: behind the last step it stands as that step left it. */
  #marketTime(clearing: Instant): Instant {
    return Math.min(clearing, this.config.scenario.to);
  }

  /** Outside inputs of a clearing time: transfers and trades of the owners, then quotes, books and the clock. */
  #beginStep(state: SimulatorState, at: Instant, emit: Emit): void {
    const cause: Cause = { kind: 'timer', id: TIMER, due: at };
    if (!state.opened) this.#open(at, cause, emit);
    this.#list(state, at, cause, emit);
    const seen = this.#viewOfMarket(state, at);
    for (const profile of this.accounts) this.#act(state, profile, seen, cause, emit);
    const market = this.#marketAt(state, at);
    for (const underlying of market.underlyings) {
      const stream = `quotes-${underlying}`;
      const received = market.venueQuotes(underlying, at);
      emit(quotes(stream, 'VenueQuotesReceived', received, cause));
      if (state.delistings.get(perpetualOf(underlying)) !== 'ended') {
        emit(quotes(stream, 'PerpetualBookObserved', market.perpetualBook(underlying, at), cause));
      }
      emit(quotes(stream, 'MarketActivityObserved', market.activity(underlying, at), cause));
    }
    for (const coin of coinsOf(this.config.scenario)) {
      emit(quotes(`quotes-${coin}`, 'VenueQuotesReceived', market.coinQuotes(coin, at), cause));
    }
    this.#quoteContracts(state, at, cause, emit);
    emit(quotes('clock', 'ClockTicked', { at }, cause));
  }

  /** Answers what liquidation asked for, in the order (partition, position), against one depth. */
  #answer(state: SimulatorState, emit: Emit): void {
    const partitions = [...state.openRequests.keys()].sort((a, b) => a - b);
    const requests = partitions.flatMap((partition) => state.openRequests.get(partition) ?? []);
    for (const request of requests) {
      if (request.kind === 'cancel-orders') this.#cancelOrders(state, request, emit);
      else if (!isTraded(state, request.instrument)) this.#finish(request, undefined, emit);
      else if (underlyingOf(request.instrument) === undefined) this.#executeContractCloseOut(state, request, emit);
      else this.#executeCloseOut(state, request, emit);
    }
  }

  /** Prices at a clearing time: of the path, or held away from it by earlier close-outs where the scenario says so. */
  #marketAt({ pressure }: SimulatorState, at: Instant): Market {
    return this.config.scenario.priceFeedback === true ? this.#market.under(pressure, at) : this.#market;
  }

  #contractsAt(state: SimulatorState, at: Instant): ContractMarket | undefined {
    return this.#contracts?.under(this.#marketAt(state, at));
  }

  /** What owners see of the market; contracts are valued once for a clearing time. */
  #viewOfMarket(state: SimulatorState, at: Instant): MarketView {
    const market = this.#marketAt(state, at);
    const contracts = this.#contracts?.under(market);
    if (contracts === undefined) return marketViewOf(market, at);
    const [listed, admitted] = [state.listed.size, state.admitted.size];
    if (this.#seen?.at === at && this.#seen.listed === listed && this.#seen.admitted === admitted) {
      return this.#seen.view;
    }
    const seen = otherContracts(state).map((id): ContractSeen => {
      const contract = contracts.contract(id);
      const tradable = isAdmitted(state, id, at);
      return {
        contract,
        worth: contracts.worth(contract, at),
        notional: contracts.notional(contract, at),
        tradable: tradable && contracts.isOpenable(contract, at),
        alive: tradable && at < contract.expiry,
      };
    });
    const view = marketViewOf(market, at, seen);
    this.#seen = { at, listed, admitted, view };
    return view;
  }

  /** Lists what is due; a future of a later expiry settles its variation every day, one of the nearest at its end. */
  #list(state: SimulatorState, at: Instant, cause: Cause, emit: Emit): void {
    for (const underlying of this.#market.underlyings) {
      if (state.listed.has(perpetualOf(underlying))) continue;
      const specification = perpetualSpecification(underlying, at);
      emit(quotes('market', 'InstrumentListed', { specification }, cause));
    }
    const contracts = this.#contractsAt(state, at);
    if (contracts === undefined) return;
    for (const contract of contracts.listings(state.listed, at)) {
      const dailyVariation = contract.kind === 'future' && contract.expiry - at > LATER_EXPIRY_MS;
      const specification = specificationOf(contract, at, dailyVariation);
      emit(quotes('market', 'InstrumentListed', { specification }, cause));
    }
  }

  /** Books of futures and inverse perpetuals and the chains of options, per underlying, living ones only. */
  #quoteContracts(state: SimulatorState, at: Instant, cause: Cause, emit: Emit): void {
    const contracts = this.#contractsAt(state, at);
    if (contracts === undefined) return;
    const living = otherContracts(state)
      .map((id) => contracts.contract(id))
      .filter(({ expiry }) => at < expiry);
    for (const underlying of this.#market.underlyings) {
      const own = living.filter((contract) => contract.underlying === underlying);
      const stream = `quotes-${underlying}`;
      for (const contract of own) {
        if (contract.kind === 'option') continue;
        emit(quotes(stream, 'ContractBookObserved', contracts.book(contract, at), cause));
      }
      const options = own.filter(({ kind }) => kind === 'option');
      for (const expiry of [...new Set(options.map((option) => option.expiry))].sort((a, b) => a - b)) {
        const together = options.filter((option) => option.expiry === expiry);
        const chain = contracts.chain(underlying, expiry, together, state.openInterest, at);
        emit(quotes(stream, 'OptionChainQuoted', chain, cause));
      }
    }
  }

  #open(at: Instant, cause: Cause, emit: Emit): void {
    const { scenario } = this.config;
    const { openingFund } = scenario;
    const intervalMs = Math.max(HISTORY_INTERVAL_MS, this.#market.stepMs);
    const { priceSetEverySeconds } = scenario;
    emit(quotes('market', 'MarketOpened', { name: this.runName, priceSetEverySeconds }, cause));
    for (const underlying of this.#market.underlyings) {
      const closes = this.#market.path.history(underlying, at, intervalMs);
      if (closes.length === 0) continue;
      const history = {
        underlying,
        intervalMs,
        closes: closes.map((close) => ({ at: close.at, price: decimalText(close.cents, 2) })),
      };
      emit(quotes(`quotes-${underlying}`, 'PriceHistorySupplied', history, cause));
    }
    if (dec(openingFund).gt(0)) {
      const contribution = { contributionId: 'opening-fund', amount: text(dec(openingFund)) };
      emit(transfer(0, 'fund', 'FundContributionReceived', contribution, cause));
    }
    for (const profile of this.accounts) this.#openAccount(profile, at, cause, emit);
  }

  #openAccount(profile: AccountProfile, at: Instant, cause: Cause, emit: Emit): void {
    const { accountId, partition, wealth, coinShare, stableShare, stableChoice } = profile;
    emit(transfer(partition, accountId, 'AccountOpeningRequested', { accountId }, cause));
    const deposit = (asset: Asset, amount: DecimalString): void => {
      const payload = { depositId: `${accountId}/opening/${asset}`, accountId, asset, amount };
      emit(transfer(partition, accountId, 'DepositReceived', payload, cause));
    };
    const coins = coinsOf(this.config.scenario);
    const coin = coins[Math.floor(stableChoice * coins.length)];
    const [main, other] = this.#market.underlyings;
    const inCoins = coinShare.main + (other === undefined ? 0 : coinShare.other);
    const rest = wealth * 100 * (1 - inCoins);
    const stable = coin === undefined ? 0 : Math.floor(rest * stableShare);
    const cents = Math.floor(rest) - stable;
    if (cents > 0) deposit('USD', decimalText(cents, 2));
    if (coin !== undefined && stable > 0) deposit(coin, decimalText(stable, 2));
    for (const [underlying, share] of [
      [main, coinShare.main],
      [other, coinShare.other],
    ] as const) {
      if (underlying === undefined) continue;
      const price = this.#market.path.at(underlying, at) / 100;
      const units = Math.floor(((wealth * share) / price) * 100_000_000);
      if (units > 0) deposit(underlying, decimalText(units, COIN_DIGITS));
    }
  }

  #act(state: SimulatorState, profile: AccountProfile, seen: MarketView, cause: Cause, emit: Emit): void {
    const view = viewOf(state, profile.accountId);
    const { from } = this.config.scenario;
    const actions = ownerActions({ profile, view, seen, draws: this.#draws, from, stepMs: this.#market.stepMs });
    for (const action of actions) this.#carryOut(state, profile, action, seen, cause, emit);
  }

  #carryOut(
    state: SimulatorState,
    profile: AccountProfile,
    action: OwnerAction,
    seen: MarketView,
    cause: Cause,
    emit: Emit,
  ): void {
    const { accountId, partition } = profile;
    switch (action.kind) {
      case 'trade':
        return this.#trade(state, profile, action, seen, cause, emit);
      case 'trade-contract':
        return this.#tradeContract(state, profile, action, seen, cause, emit);
      case 'deposit': {
        const depositId = `${accountId}/${action.reason}/${seen.at}`;
        const payload = { depositId, accountId, asset: action.asset, amount: decimalText(action.cents, 2) };
        return emit(transfer(partition, accountId, 'DepositReceived', payload, cause));
      }
      case 'withdraw': {
        const withdrawalId = `${accountId}/withdrawal/${seen.at}`;
        const payload = { withdrawalId, accountId, asset: 'USD' as const, amount: decimalText(action.cents, 2) };
        return emit(transfer(partition, accountId, 'WithdrawalRequested', payload, cause));
      }
    }
  }

  #trade(
    state: SimulatorState,
    profile: AccountProfile,
    { underlying, side, lots }: Extract<OwnerAction, { kind: 'trade' }>,
    seen: MarketView,
    cause: Cause,
    emit: Emit,
  ): void {
    const instrument = perpetualOf(underlying);
    if (!isAdmitted(state, instrument, seen.at)) return;
    const quantity = decimalText(lots, characterOf(underlying).linear.lotDigits);
    const held = unitsIn(viewOf(state, profile.accountId).positions, underlying);
    if (!mayPlace(state, instrument, held, side, quantity)) return;
    const notional = Number(quantity) * priceOf(seen, underlying);
    const rotation = this.#draws.word(profile.key, seen.at, COUNTERPARTY);
    const maker = this.#counterparty(state, underlying, side, notional, seen, rotation);
    if (maker === undefined) return;
    this.#book(
      {
        tradeId: `trade/${seen.at}/${profile.accountId}/${underlying}`,
        taker: profile,
        maker,
        instrument,
        side,
        quantity,
        price: priceText(
          underlying,
          this.#marketAt(state, seen.at).executionTicks(underlying, seen.at, side, 0, notional),
        ),
        closeOutOrder: null,
      },
      cause,
      emit,
    );
  }

  #tradeContract(
    state: SimulatorState,
    profile: AccountProfile,
    { contract, side, lots }: Extract<OwnerAction, { kind: 'trade-contract' }>,
    seen: MarketView,
    cause: Cause,
    emit: Emit,
  ): void {
    const contracts = this.#contractMarket(state, seen.at);
    const quantity = decimalText(lots, contract.lotDigits);
    const held = contractUnits(viewOf(state, profile.accountId), contract.id);
    if (!mayPlace(state, contract.id, held, side, quantity)) return;
    const notional = Number(quantity) * contracts.notional(contract, seen.at);
    const rotation = this.#draws.word(profile.key, seen.at, COUNTERPARTY);
    const maker = this.#dealer(state, contract, side, quantity, seen, rotation);
    if (maker === undefined) return;
    this.#book(
      {
        tradeId: `trade/${seen.at}/${profile.accountId}/${contract.id}`,
        taker: profile,
        maker,
        instrument: contract.id,
        side,
        quantity,
        price: contracts.executionPrice(contract, seen.at, side, 0, notional),
        closeOutOrder: null,
      },
      cause,
      emit,
    );
  }

  #contractMarket(state: SimulatorState, at: Instant): ContractMarket {
    const contracts = this.#contractsAt(state, at);
    invariant(contracts !== undefined, 'contracts are traded only where they are listed');
    return contracts;
  }

  /** The dealer who takes the other side of a trade in a contract, by the rule of the liquidity providers. */
  #dealer(
    state: SimulatorState,
    contract: Contract,
    takerSide: TradeSide,
    quantity: DecimalString,
    seen: MarketView,
    rotation: number,
  ): AccountProfile | undefined {
    const units = unitsOf(quantity, COIN_DIGITS);
    const each = this.#contractMarket(state, seen.at).notional(contract, seen.at) / COIN_UNITS;
    const count = this.#dealers.length;
    for (let offset = 0; offset < count; offset++) {
      const dealer = this.#dealers[(rotation + offset) % count]!;
      const view = viewOf(state, dealer.accountId);
      if (view.closingOut || view.marginState === 'LIQUIDATING' || view.marginState === 'RESTRICTED') continue;
      const present = contractUnits(view, contract.id);
      const then = present + (takerSide === 'buy' ? -units : units);
      if (restsOnlyLess(state, contract.id) && !becomesSmaller(present, then)) continue;
      const [held, after] = [Math.abs(present), Math.abs(then)];
      const gross = contractNotionalOf(view, seen) + (after - held) * each;
      if (after < held || gross <= DEALER_LEVERAGE * equityOf(view, seen)) return dealer;
    }
    return undefined;
  }

  /**
   * The liquidity provider who takes the other side: the next in rotation whose equity carries it. Nobody trades with
   * a provider who is restricted or being closed out.
   */
  #counterparty(
    state: SimulatorState,
    underlying: Underlying,
    takerSide: TradeSide,
    notional: number,
    seen: MarketView,
    rotation: number,
  ): AccountProfile | undefined {
    const count = this.#providers.length;
    for (let offset = 0; offset < count; offset++) {
      const provider = this.#providers[(rotation + offset) % count]!;
      const view = viewOf(state, provider.accountId);
      if (view.closingOut || view.marginState === 'LIQUIDATING' || view.marginState === 'RESTRICTED') continue;
      const held = notionalOf(view, underlying, seen);
      const after = held + (takerSide === 'buy' ? -notional : notional);
      if (restsOnlyLess(state, perpetualOf(underlying)) && !becomesSmaller(held, after)) continue;
      const gross = grossNotionalOf(view, seen) - Math.abs(held) + Math.abs(after);
      if (gross <= PROVIDER_LEVERAGE * equityOf(view, seen) || Math.abs(after) < Math.abs(held)) return provider;
    }
    return undefined;
  }

  #book(execution: Execution, cause: Cause, emit: Emit): void {
    const { tradeId, taker, maker, instrument, side, quantity, price, closeOutOrder } = execution;
    const common = { tradeId, instrument, quantity, price };
    emit(
      fill(taker.partition, { ...common, accountId: taker.accountId, side, liquidity: 'taker', closeOutOrder }, cause),
    );
    const makerSide = side === 'buy' ? 'sell' : 'buy';
    emit(
      fill(
        maker.partition,
        { ...common, accountId: maker.accountId, side: makerSide, liquidity: 'maker', closeOutOrder: null },
        cause,
      ),
    );
  }

  #cancelOrders(state: SimulatorState, request: OpenRequest, emit: Emit): void {
    const { accountId, place } = request;
    const cancelledOrders = restingOrdersOf(viewOf(state, accountId));
    emit(report(place, 'OrdersCancelled', { accountId, request: place, cancelledOrders }, causeOfRequest(place)));
  }

  /**
   * Immediate or cancel: as much as the depth of this clearing time still holds on that side, in whole lots unless
   * all is filled, at one price against one liquidity provider.
   */
  #executeCloseOut(state: SimulatorState, order: CloseOut, emit: Emit): void {
    const { place, instrument, side, clearing } = order;
    const at = this.#marketTime(clearing);
    const underlying = underlyingOf(instrument);
    invariant(underlying !== undefined, `${instrument} is no linear perpetual`);
    const seen = this.#viewOfMarket(state, at);
    const taken = takenAt(state, clearing, instrument, side) * priceOf(seen, underlying);
    const left = clearingTimeDepth(this.#market.liquidity(underlying), volatilityOf(seen, underlying)) - taken;
    const price = priceOf(seen, underlying);
    const { lotDigits } = characterOf(underlying).linear;
    const market = this.#marketAt(state, at);
    const found = withinLimit(order, lotDigits, left, price, (notional) =>
      priceText(underlying, market.executionTicks(underlying, at, side, taken, notional)),
    );
    const rotation = hashKey(`${place.partition}/${place.position}`);
    const maker =
      found === undefined ? undefined : this.#counterparty(state, underlying, side, found.notional, seen, rotation);
    if (found === undefined || maker === undefined) return this.#finish(order, undefined, emit);
    this.#fillCloseOut(order, maker, found.quantity, found.price, emit);
  }

  /** The same for another contract, against its own depth and a dealer; nothing is traded from its expiry on. */
  #executeContractCloseOut(state: SimulatorState, order: CloseOut, emit: Emit): void {
    const { place, instrument, side, clearing } = order;
    const at = this.#marketTime(clearing);
    const contracts = this.#contractMarket(state, at);
    const contract = contracts.contract(instrument);
    const seen = this.#viewOfMarket(state, at);
    const each = contracts.notional(contract, at);
    const taken = takenAt(state, clearing, instrument, side) * each;
    const depth = contracts.depth(contract, at) - taken;
    const found = withinLimit(order, contract.lotDigits, depth, each, (notional) =>
      contracts.executionPrice(contract, at, side, taken, notional),
    );
    const rotation = hashKey(`${place.partition}/${place.position}`);
    const maker = found === undefined ? undefined : this.#dealer(state, contract, side, found.quantity, seen, rotation);
    if (found === undefined || maker === undefined) return this.#finish(order, undefined, emit);
    this.#fillCloseOut(order, maker, found.quantity, found.price, emit);
  }

  #fillCloseOut(
    order: CloseOut,
    maker: AccountProfile,
    quantity: DecimalString,
    price: DecimalString,
    emit: Emit,
  ): void {
    const { place, accountId, instrument, side } = order;
    const tradeId = `close-out/${place.partition}/${place.position}`;
    const taker = { accountId, partition: partitionOfAccount(accountId, this.config.partitions) };
    const execution = { tradeId, taker, maker, instrument, side, quantity, price, closeOutOrder: place };
    this.#book(execution, causeOfRequest(place), emit);
    this.#finish(order, quantity, emit);
  }

  /** Last word on a close-out order; undefined: nothing was filled. */
  #finish({ place, accountId, quantity: wanted }: CloseOut, filled: DecimalString | undefined, emit: Emit): void {
    const filledQuantity = filled ?? '0';
    const status = filled === undefined ? 'unfilled' : dec(filled).eq(wanted) ? 'filled' : 'partially-filled';
    const payload = { accountId, order: place, status, filledQuantity } as const;
    emit(report(place, 'CloseOutOrderFinished', payload, causeOfRequest(place)));
  }
}

/** Ids of what is listed beside the linear perpetuals, sorted. */
const otherContracts = ({ listed }: SimulatorState): readonly InstrumentId[] =>
  [...listed.keys()].filter((id) => underlyingOf(id) === undefined).sort(compareText);

type CloseOut = Extract<OpenRequest, { kind: 'close-out' }>;

const causeOfRequest = ({ partition, position }: Place): Cause => ({
  kind: 'event',
  log: 'liquidation',
  partition,
  position,
});

/** The whole order if the depth holds it, else the whole lots that it holds. `price`: USD a contract stands for. */
function wholeOrLots(wanted: DecimalString, lotDigits: number, depth: number, price: number): DecimalString {
  if (Number(wanted) * price <= depth) return text(dec(wanted));
  return decimalText(stepsOf(Math.max(0, depth) / price, lotDigits), lotDigits);
}

/** Whether an owner's order is taken into the book. @param held signed position, 1e-8 contracts */
function mayPlace(
  state: SimulatorState,
  instrument: InstrumentId,
  held: number,
  side: TradeSide,
  quantity: DecimalString,
): boolean {
  if (!isTraded(state, instrument)) return false;
  if (!takesOnlyLess(state, instrument)) return true;
  const units = unitsOf(quantity, COIN_DIGITS);
  return becomesSmaller(held, held + (side === 'buy' ? units : -units));
}

/** How often an order that would go beyond its limit is halved before nothing of it is filled. */
const MOST_HALVINGS = 12;

/**
 * The largest part of a close-out order, by halving, whose execution stays within the limit; undefined when not even the smallest does.
 * @param depth USD that the book still holds on that side
 * @param each USD that a contract stands for
 * @param priceOf price of an execution of a notional in USD
 */
function withinLimit(
  { quantity: wanted, side, limit }: CloseOut,
  lotDigits: number,
  depth: number,
  each: number,
  priceOf: (notional: number) => DecimalString,
): { readonly quantity: DecimalString; readonly notional: number; readonly price: DecimalString } | undefined {
  let room = Math.min(depth, Number(wanted) * each);
  for (let halvings = 0; halvings <= MOST_HALVINGS; halvings++, room /= 2) {
    const quantity = wholeOrLots(wanted, lotDigits, room, each);
    const notional = Number(quantity) * each;
    if (!(notional > 0)) return undefined;
    const price = priceOf(notional);
    if (side === 'sell' ? dec(price).gte(limit) : dec(price).lte(limit)) return { quantity, notional, price };
  }
  return undefined;
}
