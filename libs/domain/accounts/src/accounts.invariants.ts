import type { AccountsEvents, FundEvents, InstrumentId, Posting } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import {
  compareText,
  dec,
  maxOf,
  sum,
  text,
  ZERO,
  type AccountId,
  type Asset,
  type Decimal,
  type Instant,
} from '@ballast/kernel';
import { collateralOf, type AccountsState, type InstrumentBook } from './accounts.state.js';
import { DEFERRAL_DOCUMENTS } from './deferral/deferral-policy.js';
import { claimOn } from './claim/claim.decider.js';
import { fundBalance, type FundState } from './fund/fund.state.js';
import {
  assetsOf,
  balanceOf,
  balancesOf,
  entryTotals,
  heldLedger,
  trialBalance,
  type Ledger,
} from './ledger/ledger.js';
import { FLAT, signedQuantity, tradedValue } from './ledger/position.js';

export type AccountsInvariant =
  | 'entry-balances'
  | 'ledger-sums-to-zero'
  | 'positions-sum-to-zero'
  | 'costs-match-realised-profit'
  | 'house-pnl-is-attributed'
  | 'holds-match-withdrawals'
  | 'hold-within-collateral'
  | 'liquidation-ledger-belongs-to-slices'
  | 'funding-sums-to-zero'
  | 'settlement-sums-to-zero'
  | 'nothing-held-after-expiry'
  | 'cash-sums-to-zero-after-expiry'
  | 'fund-not-negative'
  | 'fund-change-is-attributed'
  | 'told-as-held'
  | 'nothing-in-transit'
  | 'trades-have-two-sides'
  | 'shortfall-is-attributed'
  | 'transfers-arrive'
  | 'deferred-in-time'
  | 'set-off-adds-up'
  | 'haircut-within-gains'
  | 'claim-is-attributed'
  | 'claim-before-withdrawal';

/** A broken rule of section 6 of the architecture, with the figures that break it. */
export interface AccountsViolation {
  readonly name: AccountsInvariant;
  readonly detail: string;
}

const broken = (name: AccountsInvariant, detail: string): AccountsViolation => ({ name, detail });

const unlessZero = (name: AccountsInvariant, amount: Decimal, what: string): AccountsViolation[] =>
  amount.isZero() ? [] : [broken(name, `${what} is off by ${text(amount)}`)];

/** Per event, of a numbered or the global partition: the journal entry balances per asset, and a haircut is within its gains. */
function ofEvent({ type, position, payload }: LogEntry): readonly AccountsViolation[] {
  const { postings } = payload as { readonly postings?: readonly Posting[] };
  return [
    ...Object.entries(entryTotals(postings ?? [])).flatMap(([asset, total]) =>
      unlessZero('entry-balances', total, `${asset} of ${type} at ${position}`),
    ),
    ...(type === 'VariationHaircutFixed' ? ofHaircut(payload as FundEvents['VariationHaircutFixed']) : []),
  ];
}

/** No gain is cut by more than itself, and all together by no more than they are called for. */
function ofHaircut({ called, taken, cuts }: FundEvents['VariationHaircutFixed']): readonly AccountsViolation[] {
  const beyond = cuts.filter(({ gain, amount }) => dec(amount).gt(gain));
  const total = sum(cuts.map(({ amount }) => dec(amount)));
  return [
    ...unlessZero('haircut-within-gains', total.minus(taken), 'sum of the cuts'),
    ...(dec(taken).gt(called) ? [broken('haircut-within-gains', `${taken} taken for ${called}`)] : []),
    ...beyond.map(({ accountId, gain, amount }) =>
      broken('haircut-within-gains', `${accountId} is cut by ${amount} of ${gain}`),
    ),
  ];
}

function ledgerTotals(state: { readonly ledger: Ledger }): AccountsViolation[] {
  return Object.entries(trialBalance(state).totals).flatMap(([asset, total]) =>
    unlessZero('ledger-sums-to-zero', total, `sum of all ${asset} accounts`),
  );
}

/**
 * Per instrument of a partition:
 *   sum of quantities (clients, suspense, house) = 0
 *   sum of costs (clients, suspense) + attributed house/pnl = value of all trades booked here
 * because every trade changes a cost by its value + the cash paid (the realised profit; against premium minus the value), and
 * house/pnl takes minus the cash. A settlement of variation changes both by the same; a delivery is a trade with the house.
 * Over all partitions the values of both sides of every trade cancel, so there   sum of costs + house/pnl = 0.
 */
function ofInstruments(state: AccountsState): AccountsViolation[] {
  const quantities = new Map<InstrumentId, Decimal>();
  const costs = new Map<InstrumentId, Decimal>();
  for (const { positions } of state.accounts.values()) {
    for (const [instrument, { quantity, cost }] of positions) {
      quantities.set(instrument, (quantities.get(instrument) ?? ZERO).plus(quantity));
      costs.set(instrument, (costs.get(instrument) ?? ZERO).plus(cost));
    }
  }
  const instruments = new Set([...quantities.keys(), ...state.instruments.keys()]);
  return [...instruments].sort(compareText).flatMap((instrument) => {
    const book = state.instruments.get(instrument);
    const suspense = book?.suspense ?? FLAT;
    const quantity = (quantities.get(instrument) ?? ZERO).plus(suspense.quantity).plus(book?.houseQuantity ?? ZERO);
    const cost = (costs.get(instrument) ?? ZERO).plus(suspense.cost).plus(book?.housePnl ?? ZERO);
    return [
      ...unlessZero('positions-sum-to-zero', quantity, instrument),
      ...unlessZero('costs-match-realised-profit', cost.minus(book?.tradedValue ?? ZERO), instrument),
      ...unlessZero('funding-sums-to-zero', book?.fundingClosed ?? ZERO, `last funding of ${instrument}`),
      ...unlessZero('settlement-sums-to-zero', book?.settlementClosed ?? ZERO, `last settlement of ${instrument}`),
    ];
  });
}

/** Of every asset that anything was settled or booked in. */
function ofHousePnl(state: AccountsState): AccountsViolation[] {
  const books = [...state.instruments.values()];
  const assets = new Set([...Object.keys(balancesOf(state.ledger, 'house/pnl')), ...books.map(({ asset }) => asset)]);
  return [...assets].sort(compareText).flatMap((asset) => {
    const attributed = pnlIn(asset, books);
    const off = balanceOf(state.ledger, 'house/pnl', asset).minus(attributed);
    return unlessZero('house-pnl-is-attributed', off, `${asset} of house/pnl against its instruments`);
  });
}

const pnlIn = (asset: Asset, books: readonly InstrumentBook[]): Decimal =>
  sum(books.filter((book) => book.asset === asset).map(({ housePnl }) => housePnl));

/** A numbered partition after an input: once a contract is delivered nobody holds it, no client, not suspense, not the house. */
function ofExpiries(state: AccountsState): readonly AccountsViolation[] {
  const delivered = new Map([...state.instruments].filter(([, { deliveryPrice }]) => deliveryPrice !== null));
  if (delivered.size === 0) return [];
  const held = new Map<InstrumentId, Decimal>();
  for (const [instrument, { suspense, houseQuantity }] of delivered) {
    held.set(instrument, suspense.quantity.abs().plus(houseQuantity.abs()));
  }
  for (const { positions } of state.accounts.values()) {
    for (const [instrument, { quantity }] of positions) {
      const before = held.get(instrument);
      if (before !== undefined) held.set(instrument, before.plus(quantity.abs()));
    }
  }
  return [...held].flatMap(([instrument, open]) =>
    unlessZero('nothing-held-after-expiry', open, `open interest of ${instrument}`),
  );
}

/** The held money of every account is the sum of its open withdrawals. */
function ofHolds(state: AccountsState): AccountsViolation[] {
  const off = new Map<string, Decimal>();
  const add = (ledgerAccount: string, asset: Asset, amount: Decimal): void => {
    const key = `${ledgerAccount} ${asset}`;
    off.set(key, (off.get(key) ?? ZERO).plus(amount));
  };
  for (const accountId of state.accounts.keys()) {
    const held = heldLedger(accountId);
    for (const [asset, amount] of Object.entries(balancesOf(state.ledger, held))) add(held, asset, amount);
  }
  for (const { accountId, asset, amount } of state.withdrawals.values()) {
    add(heldLedger(accountId), asset, amount.neg());
  }
  return [...off].flatMap(([key, amount]) => unlessZero('holds-match-withdrawals', amount, key));
}

function ofSlices(state: AccountsState): AccountsViolation[] {
  const slices = sum([...state.orders.values()].map(({ ledgerBalance }) => ledgerBalance));
  const off = balanceOf(state.ledger, 'liquidation', 'USD').minus(slices);
  return unlessZero('liquidation-ledger-belongs-to-slices', off, 'liquidation against its slices');
}

/** A numbered partition after any event. */
function ofPartition(state: AccountsState): readonly AccountsViolation[] {
  return [...ledgerTotals(state), ...ofInstruments(state), ...ofHousePnl(state), ...ofHolds(state), ...ofSlices(state)];
}

/**
 * A numbered partition right after a hold or a settlement: the collateral covers all that is still held. Between the
 * two a loss may eat into held money (margin counts it as equity); then the settlement gives it back instead of paying.
 */
function ofWithdrawal(state: AccountsState, { type, payload }: LogEntry): readonly AccountsViolation[] {
  if (type !== 'WithdrawalHeld' && type !== 'WithdrawalSettled') return [];
  const { accountId, asset, withdrawalId } = payload as AccountsEvents['WithdrawalHeld' | 'WithdrawalSettled'];
  const held = balanceOf(state.ledger, heldLedger(accountId), asset);
  const collateral = collateralOf(state, accountId, asset);
  return held.lte(collateral)
    ? []
    : [broken('hold-within-collateral', `${withdrawalId}: ${text(held)} ${asset} held of ${text(collateral)}`)];
}

/** The global partition after any event: never below zero, and what it holds is the sum of its causes. */
function ofFund(state: FundState): readonly AccountsViolation[] {
  const balance = fundBalance(state);
  return [
    ...ledgerTotals(state),
    ...(balance.isNegative() && !balance.isZero() ? [broken('fund-not-negative', text(balance))] : []),
    ...unlessZero('fund-change-is-attributed', balance.minus(sum(state.causes.values())), 'fund against its causes'),
  ];
}

/**
 * The global partition right after it has told what all accounts hold: that is what its entries came to.
 * @see docs/spec/collateral.md CLR-COL-008, docs/spec/limits.md CLR-LIM-004
 */
function ofTold(
  { collateralHeld, openInterests }: FundState,
  { type, payload }: LogEntry,
): readonly AccountsViolation[] {
  if (type === 'CollateralHeldMeasured') {
    const { asset, amount } = payload as FundEvents['CollateralHeldMeasured'];
    const held = maxOf(ZERO, collateralHeld.get(asset)?.amount ?? ZERO);
    return unlessZero('told-as-held', dec(amount).minus(held), `${asset} that clients hold`);
  }
  if (type !== 'OpenInterestMeasured') return [];
  const { instrument, long, short } = payload as FundEvents['OpenInterestMeasured'];
  const held = openInterests.held.get(instrument);
  return [
    ...unlessZero('told-as-held', dec(long).minus(held?.long ?? ZERO), `long interest in ${instrument}`),
    ...unlessZero('told-as-held', dec(short).minus(held?.short ?? ZERO), `short interest in ${instrument}`),
  ];
}

interface WaitingTrades {
  readonly quantity: Decimal;
  readonly value: Decimal;
}

const NOTHING_WAITS: WaitingTrades = { quantity: ZERO, value: ZERO };

/** What fills that wait for what their basis names will book, by contracts that somebody clears. */
function deferredTrades(partitions: readonly AccountsState[]): ReadonlyMap<InstrumentId, WaitingTrades> {
  const waiting = new Map<InstrumentId, WaitingTrades>();
  for (const { message } of partitions.flatMap(({ deferred }) => [...deferred.values()])) {
    const { fill } = message;
    if (fill === null) continue;
    const contract = partitions.find(({ contracts }) => contracts.has(fill.instrument))?.contracts.get(fill.instrument);
    if (contract === undefined) continue;
    const signed = signedQuantity(fill.side, dec(fill.quantity));
    const { quantity, value } = waiting.get(fill.instrument) ?? NOTHING_WAITS;
    waiting.set(fill.instrument, {
      quantity: quantity.plus(signed),
      value: value.plus(tradedValue(contract.instrument, signed, dec(fill.price))),
    });
  }
  return waiting;
}

/**
 * All partitions at rest (the end of a lockstep step, or a log that nobody writes any more): no money in transit, and
 * every trade has both sides, so that over all partitions sum of costs + house/pnl = 0 per instrument.
 */
function ofAll(partitions: readonly AccountsState[], fund: FundState): readonly AccountsViolation[] {
  const ledgers = [...partitions, fund].map(({ ledger }) => ledger);
  const assets = new Set(ledgers.flatMap(assetsOf));
  const inTransit = [...assets]
    .sort(compareText)
    .flatMap((asset) =>
      unlessZero(
        'nothing-in-transit',
        sum(ledgers.map((ledger) => balanceOf(ledger, 'in-transit', asset))),
        `${asset} in transit`,
      ),
    );
  const instruments = new Set(partitions.flatMap((state) => [...state.instruments.keys()]));
  const deferred = deferredTrades(partitions);
  const oneSided = [...instruments].sort(compareText).flatMap((instrument) => {
    const books = partitions.flatMap((state) => state.instruments.get(instrument) ?? []);
    const waiting = deferred.get(instrument) ?? NOTHING_WAITS;
    return [
      ...unlessZero(
        'trades-have-two-sides',
        sum(books.map((book) => book.houseQuantity)).minus(waiting.quantity),
        `house ${instrument}`,
      ),
      ...unlessZero(
        'trades-have-two-sides',
        sum(books.map((book) => book.tradedValue)).plus(waiting.value),
        `value of ${instrument} trades`,
      ),
      ...(books.some(({ deliveryPrice }) => deliveryPrice === null)
        ? []
        : unlessZero(
            'cash-sums-to-zero-after-expiry',
            sum(books.map((book) => book.housePnl)),
            `all cash of ${instrument}`,
          )),
    ];
  });
  return [...inTransit, ...oneSided, ...partitions.flatMap(ofExpiries)];
}

/** Loss of the partition that nobody paid, USD: its `uncovered-loss` account, as a positive number. */
export const shortfall = ({ ledger }: AccountsState): Decimal => balanceOf(ledger, 'uncovered-loss', 'USD').neg();

/**
 * Recomputes the shortfall of one partition from what its events say they booked, beside the ledger that the journal folds to, and what
 * other accounts paid of a deficit from the bookings of each, and what debtors owe for what was paid for them.
 */
export interface LossTally {
  take(event: LogEntry): void;
  /** Holds after every event. */
  violations(state: AccountsState): readonly AccountsViolation[];
}

/**
 * Of one partition; every loss on the residual party less what was recovered of it is the shortfall, and no loss is recovered twice. What a
 * debtor receives from other accounts is what they were charged, each at most what it could spare, and with what is left it is the deficit.
 * What was granted for deficits, or borne by the residual party, is repaid, waived or still claimed, and nothing leaves an account that something is claimed of.
 */
export function lossTally(): LossTally {
  const open = new Map<number, Decimal>();
  const charged = new Map<string, Decimal>();
  const claims = new Map<AccountId, Decimal>();
  const found: AccountsViolation[] = [];
  const claimed = (accountId: AccountId, amount: Decimal): Decimal => {
    const claim = (claims.get(accountId) ?? ZERO).plus(amount);
    if (claim.isZero()) claims.delete(accountId);
    else claims.set(accountId, claim);
    return claim;
  };
  return {
    take({ type, position, payload }) {
      if (type === 'UncoveredLossBooked') {
        const { accountId, reason, amount } = payload as AccountsEvents['UncoveredLossBooked'];
        open.set(position, dec(amount));
        if (reason === 'deficit-without-position') claimed(accountId, dec(amount));
      } else if (type === 'UncoveredLossRecovered') {
        const { loss, amount } = payload as AccountsEvents['UncoveredLossRecovered'];
        const left = (open.get(loss.position) ?? ZERO).minus(amount);
        if (left.isZero()) open.delete(loss.position);
        else open.set(loss.position, left);
      } else if (type === 'OtherAccountCharged') {
        const { caseId, amount } = payload as AccountsEvents['OtherAccountCharged'];
        charged.set(caseId, (charged.get(caseId) ?? ZERO).plus(amount));
      } else if (type === 'SetOffReceived') {
        const setOff = payload as AccountsEvents['SetOffReceived'];
        found.push(...setOffViolations(setOff, charged.get(setOff.caseId) ?? ZERO));
        charged.delete(setOff.caseId);
      } else if (type === 'FundGrantReceived') {
        const { accountId, purpose, amount } = payload as AccountsEvents['FundGrantReceived'];
        if (purpose === 'BankruptcyDeficit') claimed(accountId, dec(amount));
      } else if (type === 'ClaimRepaid') {
        const { accountId, amount, remaining } = payload as AccountsEvents['ClaimRepaid'];
        const left = claimed(accountId, dec(amount).neg());
        found.push(...unlessZero('claim-is-attributed', left.minus(remaining), `what ${accountId} still owes`));
      } else if (type === 'ClaimWaived') {
        const { accountId, amount } = payload as AccountsEvents['ClaimWaived'];
        const left = claimed(accountId, dec(amount).neg());
        found.push(...unlessZero('claim-is-attributed', left, `what is waived of ${accountId}`));
      } else if (type === 'WithdrawalSettled') {
        const { accountId, withdrawalId } = payload as AccountsEvents['WithdrawalSettled'];
        const claim = claims.get(accountId) ?? ZERO;
        if (claim.gt(0))
          found.push(broken('claim-before-withdrawal', `${withdrawalId} left ${accountId}, which owes ${text(claim)}`));
      }
    },
    violations(state) {
      const overpaid = [...open].filter(([, left]) => left.isNegative());
      return [
        ...found,
        ...[...new Set([...claims.keys(), ...state.claims.keys()])].flatMap((accountId) =>
          unlessZero(
            'claim-is-attributed',
            (claims.get(accountId) ?? ZERO).minus(claimOn(state, accountId)),
            `the claim on ${accountId}`,
          ),
        ),
        ...unlessZero('shortfall-is-attributed', shortfall(state).minus(sum([...open.values()])), 'uncovered-loss'),
        ...overpaid.map(([position, left]) =>
          broken(
            'shortfall-is-attributed',
            `the loss at ${position} was recovered ${text(left.neg())} beyond what it was`,
          ),
        ),
      ];
    },
  };
}

/** Follows the transfers of one partition from its events alone. */
export interface TransferTally {
  /** Judges the event: what arrives was sent, to that account, to the unit. */
  take(event: LogEntry): readonly AccountsViolation[];
  /** Holds after every input: nothing that was sent is still on its way. */
  violations(): readonly AccountsViolation[];
}

/** What leaves an account for another one arrives there once, whole. @see docs/spec/accounts.md CLR-ACC-034 */
export function transferTally(): TransferTally {
  const onTheWay = new Map<string, string>();
  return {
    take({ type, payload }) {
      if (type === 'WithdrawalSettled') {
        const { accountId, withdrawalId, to, amount, asset } = payload as AccountsEvents['WithdrawalSettled'];
        if (to !== undefined) onTheWay.set(`${accountId} ${withdrawalId}`, `${amount} ${asset} to ${to}`);
        return [];
      }
      if (type !== 'TransferReceived') return [];
      const { accountId, withdrawalId, from, amount, asset } = payload as AccountsEvents['TransferReceived'];
      const sent = onTheWay.get(`${from} ${withdrawalId}`);
      onTheWay.delete(`${from} ${withdrawalId}`);
      const arrived = `${amount} ${asset} to ${accountId}`;
      return sent === arrived
        ? []
        : [broken('transfers-arrive', `${withdrawalId} of ${from}: ${arrived}, sent was ${sent ?? 'nothing'}`)];
    },
    violations: () => [...onTheWay].map(([id, sent]) => broken('transfers-arrive', `${id}: ${sent} has not arrived`)),
  };
}

/** Follows the messages of one partition that wait for what their basis names. */
export interface DeferralTally {
  /** Judges the event: what waits does so by the policy that it names, and ends once, in time. */
  take(state: AccountsState, event: LogEntry): readonly AccountsViolation[];
  /** Holds at the end of a clearing time: nothing waits longer than it may. */
  violations(now: Instant): readonly AccountsViolation[];
}

/** A message waits as long as its policy says, or until what it waits for is there. @see docs/spec/accounts.md CLR-ACC-050 */
export function deferralTally(): DeferralTally {
  const waiting = new Map<number, Instant>();
  const late = (detail: string): AccountsViolation => broken('deferred-in-time', detail);
  return {
    take({ rules }, { type, position, time, payload }) {
      if (type === 'MessageDeferred') {
        const { reference, until, policy } = payload as AccountsEvents['MessageDeferred'];
        const { longestMs, most } = DEFERRAL_DOCUMENTS.cited(rules, policy);
        waiting.set(position, until);
        return [
          ...(until > time.clearing + longestMs ? [late(`${reference} waits until ${until}, by no policy`)] : []),
          ...(waiting.size > most ? [late(`${reference} waits as number ${waiting.size} of ${most}`)] : []),
        ];
      }
      if (type !== 'DeferredMessageTaken') return [];
      const { deferred, reference, because } = payload as AccountsEvents['DeferredMessageTaken'];
      const until = waiting.get(deferred);
      waiting.delete(deferred);
      if (until === undefined) return [late(`${reference} is taken at ${position} and does not wait`)];
      return because === 'time-over' && time.clearing < until
        ? [late(`${reference} is given up at ${time.clearing}, and may wait until ${until}`)]
        : [];
    },
    violations: (now) =>
      [...waiting]
        .filter(([, until]) => until <= now)
        .map(([position, until]) => late(`what was deferred at ${position} waits beyond ${until}`)),
  };
}

/** @param charged USD that other accounts were charged for the case since it received something last */
function setOffViolations(
  { caseId, requested, received, remaining, from }: AccountsEvents['SetOffReceived'],
  charged: Decimal,
): readonly AccountsViolation[] {
  const parts = sum(from.map(({ amount }) => dec(amount)));
  const beyond = from.filter(({ amount, available }) => dec(amount).gt(available));
  return [
    ...unlessZero('set-off-adds-up', parts.minus(received), `${caseId}: its parts against what was received`),
    ...unlessZero('set-off-adds-up', charged.minus(received), `${caseId}: what others were charged`),
    ...unlessZero('set-off-adds-up', dec(received).plus(remaining).minus(requested), `${caseId}: the deficit`),
    ...beyond.map(({ accountId, amount, available }) =>
      broken('set-off-adds-up', `${accountId} paid ${amount} for ${caseId} and could spare ${available}`),
    ),
  ];
}

/**
 * What must always hold of accounts (architecture section 6, items 1, 2 and 6), as pure checks for tests, `verify` and
 * metrics. Each returns the broken rules, none when all is well. `ofPartition` and `ofFund` hold after every event;
 * `ofEvent` and `ofWithdrawal` judge the event just taken; `ofExpiries` holds after every input, `ofAll` at rest.
 */
export const accountsInvariants = { ofEvent, ofPartition, ofWithdrawal, ofExpiries, ofFund, ofTold, ofAll };
