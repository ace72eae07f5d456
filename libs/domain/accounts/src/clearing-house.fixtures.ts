import type {
  AccountsEvents,
  ContractSpecificationDocument,
  FundEvents,
  InstrumentId,
  LiquidationEvents,
  MarginEvents,
  Place,
  Side,
} from '@ballast/facts';
import { GLOBAL, type CommandResult, type SealedEvent } from '@ballast/event-sourcing';
import { dec, invariant, maxOf, minOf, ownerOf, roundUsd, sum, text, ZERO } from '@ballast/kernel';
import {
  aClearance,
  accountIn,
  accountsDesk,
  aCloseOutOrder,
  aFill,
  aFundingRate,
  anAssessedCost,
  anAssessment,
  approve,
  Desk,
  fundDesk,
  rulesWith,
  type Messages,
  type PricingType,
} from './accounts.fixtures.js';
import { accountsInvariants, lossTally, shortfall, type AccountsViolation } from './accounts.invariants.js';
import type { AccountsState, Withdrawal } from './accounts.state.js';
import type { FundState } from './fund/fund.state.js';
import { FLAT } from './ledger/position.js';

/** A trade between two accounts, each side a message of its own. */
export interface TwoSidedTrade {
  readonly buyer: string;
  readonly seller: string;
  readonly instrument: InstrumentId;
  readonly quantity: string;
  readonly price: string;
}

export interface Slice {
  readonly accountId: string;
  readonly maker: string;
  readonly instrument: InstrumentId;
  readonly mark: string;
  readonly provisionalRate: string;
  /** Prices of the fills, each of the given quantity. */
  readonly fills: readonly { readonly quantity: string; readonly price: string }[];
  /** Of a contract other than the linear perpetuals. */
  readonly settlement?: LiquidationEvents['CloseOutOrderPlaced']['settlement'];
  /** Share of the charge that is returned, in percent; negative = charged in addition. */
  readonly returnedPercent: number;
}

/**
 * Several partitions of accounts with their fund, and margin, liquidation and exchange played by hand: it carries
 * every fact to all its readers and checks the invariants after every event.
 */
export class ClearingHouse {
  readonly desks: readonly Desk<AccountsState>[];
  readonly fund: Desk<FundState>;
  /** Broken rules found so far; none in a sound house. */
  readonly violations: AccountsViolation[] = [];
  readonly accounts: readonly string[];
  /** What margin says that accounts can bear of a gain, where it is not all of it; and those that change after it has. */
  readonly bearable = new Map<string, string>();
  readonly changed = new Set<string>();
  #number = 0;
  readonly #untold: SealedEvent[] = [];

  /** @param waterfall changes of the bundled waterfall */
  constructor(
    partitions: number,
    accountsEach: number,
    contracts: readonly ContractSpecificationDocument[] = [],
    waterfall: object = {},
  ) {
    this.fund = fundDesk(waterfall, partitions);
    this.desks = Array.from({ length: partitions }, (_, partition) =>
      accountsDesk(partition, partitions, rulesWith(waterfall)),
    );
    this.accounts = this.desks.flatMap(({ partition }) =>
      // Every owner has two of them.
      Array.from({ length: accountsEach }, (_, n) => {
        const main = accountIn(partition, partitions, `owner${n - (n % 2)}-`);
        return n % 2 === 0 ? main : main.replace('.main', '.hedge');
      }),
    );
    for (const desk of this.desks) {
      const losses = lossTally();
      desk.afterEvent = (event, state) => {
        losses.take(event);
        this.violations.push(
          ...accountsInvariants.ofEvent(event),
          ...accountsInvariants.ofPartition(state),
          ...accountsInvariants.ofWithdrawal(state, event),
          ...losses.violations(state),
        );
      };
    }
    this.fund.afterEvent = (event, state) =>
      this.violations.push(
        ...accountsInvariants.ofEvent(event),
        ...accountsInvariants.ofFund(state),
        ...accountsInvariants.ofTold(state, event),
      );
    // What the writers said when they started.
    for (const opened of this.fund.events) for (const desk of this.desks) desk.deliver(opened);
    for (const desk of this.desks) this.relay(desk.events);
    for (const specification of contracts) this.pricing('InstrumentAdmitted', { specification });
    for (const accountId of this.accounts)
      this.relay(this.deskOf(accountId).take('AccountOpeningRequested', { accountId }));
  }

  /** Desk of a known account; unknown ones come in partition 0. */
  deskOf(accountId: string): Desk<AccountsState> {
    const index = this.accounts.indexOf(accountId);
    const perDesk = this.accounts.length / this.desks.length;
    const desk = this.desks[Math.max(0, Math.floor(index / perDesk))];
    invariant(desk, 'a clearing house has partitions');
    return desk;
  }

  id(kind: string): string {
    return `${kind}-${(this.#number += 1)}`;
  }

  /** Carries own events of accounts p to the fund, and the answers of the fund to every partition. */
  relay(events: readonly SealedEvent[]): void {
    for (const event of events) this.#tellAll(this.fund.deliver(event));
  }

  /** Every partition takes what the global one says in its order, whatever follows from it meanwhile. */
  #tellAll(answers: readonly SealedEvent[]): void {
    const isTelling = this.#untold.length > 0;
    this.#untold.push(...answers);
    if (isTelling) return;
    for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
      const booked = this.desks.flatMap((desk) => desk.deliver(next));
      this.relay(booked);
      if (next.type === 'VariationGainsCalled') this.#judgeGains(next.payload as FundEvents['VariationGainsCalled']);
      this.#untold.shift();
    }
  }

  /** Margin's answer to a call for gains, one partition after the other. */
  #judgeGains({ instrument, dueAt }: FundEvents['VariationGainsCalled']): void {
    for (const desk of this.desks) {
      const gains = desk.events
        .filter(({ type }) => type === 'VariationSettled')
        .map(({ payload }) => payload as AccountsEvents['VariationSettled'])
        .filter((each) => each.instrument === instrument && each.dueAt === dueAt && dec(each.amount).gt(0))
        .map(({ accountId, amount: gain }) => ({
          accountId,
          accountVersion: (desk.state.accounts.get(accountId)?.version ?? 1) - (this.changed.has(accountId) ? 1 : 0),
          gain,
          available: this.bearable.get(accountId) ?? gain,
        }));
      this.relay(desk.take('VariationGainsJudged', { instrument, dueAt, schedule: 1, gains }));
    }
  }

  /** An account answers for its owner's others from now on, or no longer. */
  agreeSetOff(accountId: string, answers: boolean): void {
    this.relay(this.deskOf(accountId).take('ChangeSetOffAgreement', { accountId, answers }));
  }

  /** Margin's answer to a request for a deficit, judged `behind` versions ago: every other account of the owner can spare so much. */
  setOff(debtor: string, requested: string, available: string, behind: number): void {
    const desk = this.deskOf(debtor);
    const accounts = this.accounts
      .filter((each) => each !== debtor && ownerOf(each) === ownerOf(debtor))
      .map((accountId) => {
        const version = desk.state.accounts.get(accountId)?.version ?? 1;
        return { accountId, accountVersion: Math.max(1, version - behind), available };
      });
    const request = { partition: desk.partition, position: 1 };
    const caseId = `${debtor}#${this.id('case')}`;
    this.relay(desk.take('SetOffCleared', { caseId, accountId: debtor, request, requested, schedule: 1, accounts }));
  }

  /** A case asks for what was paid for its account, judged `behind` versions ago. */
  repay(accountId: string, amount: string, behind = 0): void {
    const version = this.deskOf(accountId).state.accounts.get(accountId)?.version ?? 1;
    const asked = { caseId: `${accountId}#${this.id('case')}`, accountId, amount };
    this.liquidation('RepaymentRequested', { ...asked, accountVersion: Math.max(1, version - behind) });
  }

  /** Loss that nobody has paid, over all partitions, USD. */
  shortfall(): string {
    return text(sum(this.desks.map(({ state }) => shortfall(state))));
  }

  /** An event of liquidation p goes to the account's partition and to the fund. */
  liquidation<Type extends keyof LiquidationEvents>(
    type: Type,
    payload: LiquidationEvents[Type] & { readonly accountId: string },
  ): Place {
    const desk = this.deskOf(payload.accountId);
    this.relay(desk.takeAny(type, payload));
    this.#tellAll(this.fund.takeAny(type, payload, desk.partition));
    return { partition: desk.partition, position: desk.machine.cursor('liquidation', desk.partition) };
  }

  /** A command of a person to the global partition; what follows reaches everybody. */
  command(type: string, payload: unknown, actor: string): CommandResult | undefined {
    const answers = this.fund.takeAny(type, payload, GLOBAL, 'accounts.commands', actor);
    const { result } = this.fund;
    this.#tellAll(answers);
    return result;
  }

  /** Rules of accounts change, and reach every partition. */
  approve(kind: string, body: unknown): void {
    for (const approved of approve(this.fund, kind, `${this.id(kind)}@1`, body)) {
      for (const desk of this.desks) this.relay(desk.deliver(approved));
    }
  }

  deposit(accountId: string, asset: string, amount: string, depositId = this.id('deposit')): void {
    this.relay(this.deskOf(accountId).take('DepositReceived', { depositId, accountId, asset, amount }));
  }

  contribute(amount: string, contributionId = this.id('contribution')): void {
    const [desk] = this.desks;
    invariant(desk, 'a clearing house has partitions');
    this.relay(desk.take('FundContributionReceived', { contributionId, amount }));
  }

  withdraw(accountId: string, asset: string, amount: string, withdrawalId = this.id('withdrawal')): void {
    this.relay(this.deskOf(accountId).take('WithdrawalRequested', { withdrawalId, accountId, asset, amount }));
  }

  transfer(accountId: string, to: string, asset: string, amount: string, transferId = this.id('transfer')): void {
    this.relay(this.deskOf(accountId).take('RequestTransfer', { transferId, accountId, to, asset, amount }));
  }

  heldWithdrawals(): Withdrawal[] {
    return this.desks.flatMap(({ state }) => [...state.withdrawals.values()]);
  }

  /** Margin's answer to a held withdrawal, judged `behind` versions ago. */
  answer({ accountId, withdrawalId, attempt }: Withdrawal, cleared: boolean, behind: number): void {
    const desk = this.deskOf(accountId);
    const accountVersion = Math.max(1, (desk.state.accounts.get(accountId)?.version ?? 1) - behind);
    const clearance = aClearance(accountId, withdrawalId, accountVersion, attempt);
    const refusal: MarginEvents['WithdrawalRefused'] = { ...clearance, code: 'below-initial-requirement' };
    this.relay(cleared ? desk.take('WithdrawalCleared', clearance) : desk.take('WithdrawalRefused', refusal));
  }

  setLiquidating(accountId: string, liquidating: boolean): void {
    const [from, to] = liquidating ? (['MARGIN_CALL', 'LIQUIDATING'] as const) : (['LIQUIDATING', 'HEALTHY'] as const);
    const assessment = anAssessment(accountId);
    this.relay(this.deskOf(accountId).take('AccountStateChanged', { accountId, from, to, reason: 'test', assessment }));
  }

  trade({ buyer, seller, instrument, quantity, price }: TwoSidedTrade, tradeId = this.id('trade'), times = 1): void {
    for (let n = 0; n < times; n++) {
      const both = { tradeId, instrument, quantity, price } as const;
      this.relay(this.deskOf(buyer).take('TradeFilled', aFill({ ...both, accountId: buyer, side: 'buy' })));
      this.relay(
        this.deskOf(seller).take(
          'TradeFilled',
          aFill({ ...both, accountId: seller, side: 'sell', liquidity: 'maker' }),
        ),
      );
    }
  }

  fundingRate(instrument: InstrumentId, rate: string, mark: string): void {
    this.#number += 1;
    for (const desk of this.desks) {
      this.relay(
        desk.take('FundingRateFixed', aFundingRate({ instrument, rate, mark, dueAt: this.#number * 28_800_000 })),
      );
    }
  }

  /** A fact of pricing goes to every partition. */
  pricing<Type extends PricingType>(type: Type, payload: Messages[Type]): void {
    for (const desk of this.desks) this.relay(desk.take(type, payload));
  }

  /** The next settlement cycle of a contract with variation margin. */
  variation(instrument: InstrumentId, price: string): void {
    this.#number += 1;
    this.pricing('VariationPriceFixed', { instrument, dueAt: this.#number * 86_400_000, price });
  }

  /** Delivers everything in bitcoin that expires at that time. */
  expire(expiry: number, price: string): void {
    this.pricing('SettlementPriceFixed', { underlying: 'BTC', expiry, price, samples: 450, carried: 0, missing: 0 });
  }

  chooseModel(accountId: string, model: string): void {
    this.relay(this.deskOf(accountId).take('ChooseMarginModel', { accountId, model }));
  }

  quantityOf(accountId: string, instrument: InstrumentId): string {
    return text((this.deskOf(accountId).state.accounts.get(accountId)?.positions.get(instrument) ?? FLAT).quantity);
  }

  /** One whole slice of a liquidation: order, fills, cost, and the draw if the penalty does not cover the slippage. */
  slice({ accountId, maker, instrument, mark, provisionalRate, fills, settlement, returnedPercent }: Slice): void {
    const desk = this.deskOf(accountId);
    const caseId = `${accountId}#${this.id('case')}`;
    const side = dec(this.quantityOf(accountId, instrument)).isNegative() ? 'buy' : 'sell';
    const makerSide = side === 'buy' ? 'sell' : 'buy';
    const order = this.liquidation(
      'CloseOutOrderPlaced',
      aCloseOutOrder({ caseId, accountId, instrument, side, mark, provisionalRate, ...(settlement && { settlement }) }),
    );
    let charged = ZERO;
    for (const { quantity, price } of fills) {
      const both = { tradeId: this.id('trade'), instrument, quantity, price, closeOutOrder: order };
      const booked = desk.take('TradeFilled', aFill({ ...both, accountId, side }));
      for (const { type, payload } of booked) {
        if (type === 'PositionChanged') charged = charged.plus(dec((payload as { fee: string }).fee));
      }
      this.relay(booked);
      this.relay(
        this.deskOf(maker).take(
          'TradeFilled',
          aFill({ ...both, accountId: maker, side: makerSide, liquidity: 'maker' }),
        ),
      );
    }
    const trueUp = text(roundUsd(charged.times(returnedPercent).div(100), 'credit'));
    this.liquidation('LiquidationCostAssessed', anAssessedCost({ caseId, accountId, order, trueUp }));
    const missing = desk.state.orders.get(order.position)?.ledgerBalance ?? ZERO;
    if (missing.lt(0)) {
      const amount = text(missing.neg());
      this.liquidation('FundDrawRequested', {
        caseId,
        accountId,
        purpose: 'SlippageBeyondReward',
        amount,
        order,
        underlying: 'BTC',
      });
    }
    this.liquidation('LiquidationClosed', {
      caseId,
      accountId,
      outcome: 'restored',
      slices: 1,
      uncoveredLoss: '0',
    });
  }

  /** The deficit of a bankrupt account is asked of the fund; what stays is booked as uncovered at the end of the case. */
  coverDeficit(
    accountId: string,
    amount: string,
    uncoveredLoss: string,
    outcome: LiquidationEvents['LiquidationClosed']['outcome'] = 'closed-out',
  ): void {
    const caseId = `${accountId}#${this.id('case')}`;
    this.liquidation('FundDrawRequested', {
      caseId,
      accountId,
      purpose: 'BankruptcyDeficit',
      amount,
      order: null,
      underlying: null,
    });
    this.liquidation('LiquidationClosed', { caseId, accountId, outcome, slices: 0, uncoveredLoss });
  }

  /** A whole round: the candidates close what they can of the wish, the bankrupt account the sum of it. */
  deleverage(
    bankrupt: string,
    candidates: readonly string[],
    instrument: InstrumentId,
    wish: string,
    price: string,
  ): void {
    const quantity = dec(this.quantityOf(bankrupt, instrument));
    if (quantity.isZero()) return;
    const side: Side = quantity.isNegative() ? 'short' : 'long';
    const roundId = this.id('round');
    const request = this.liquidation('AdlRequested', {
      caseId: `${bankrupt}#1`,
      accountId: bankrupt,
      instrument,
      side,
      quantity: text(quantity.abs()),
      bankruptcyPrice: price,
      mark: price,
      deficit: '0',
      schedule: 1,
      accountVersion: 1,
      attempt: 1,
      nextSchedule: 2,
      lot: '0.001',
      settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
    });
    const each = text(minOf(dec(wish), quantity.abs().div(Math.max(1, candidates.length)).toDecimalPlaces(8, 'down')));
    const closes = candidates.map((accountId) => ({
      partition: this.deskOf(accountId).partition,
      accountId,
      request,
      quantity: each,
      price,
    }));
    let closed = ZERO;
    for (const desk of this.desks) {
      const booked = desk.take('AdlExecuted', { roundId, instrument, side, requirementCap: '1', closes });
      for (const { type, payload } of booked) {
        if (type === 'AdlBooked') closed = closed.plus(dec((payload as { quantity: string }).quantity));
      }
      this.relay(booked);
    }
    if (closed.isZero()) return;
    const remainder = text(maxOf(ZERO, quantity.abs().minus(closed)));
    const over = { request, caseId: `${bankrupt}#1`, accountId: bankrupt, closedQuantity: text(closed) };
    for (const desk of this.desks) {
      this.relay(
        desk.take('AdlRoundClosed', {
          roundId,
          instrument,
          side,
          bankrupt: [{ ...over, price }],
          ended: [{ ...over, outcome: 'closed', remainder }],
        }),
      );
    }
  }

  /** Rules broken over all partitions, now that every fact has been delivered. */
  atRest(): readonly AccountsViolation[] {
    return accountsInvariants.ofAll(
      this.desks.map(({ state }) => state),
      this.fund.state,
    );
  }

  grants(): FundEvents['FundDrawGranted'][] {
    return this.fund.events
      .filter(({ type }) => type === 'FundDrawGranted')
      .map(({ payload }) => payload as FundEvents['FundDrawGranted']);
  }
}
