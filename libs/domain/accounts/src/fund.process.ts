import type { AccountsEvents, FundEvents, LiquidationEvents, Place } from '@ballast/facts';
import type { DecisionContext, LogEntry, NewEvent, PartitionProcess } from '@ballast/event-sourcing';
import {
  assertNever,
  dec,
  InvariantViolation,
  invariant,
  maxOf,
  minOf,
  roundUsd,
  text,
  ZERO,
  type Decimal,
} from '@ballast/kernel';
import { invariantKnown } from './known-inputs.js';
import { balanceOf, post, postingsOf, type Ledger } from './ledger.js';

/** Why the fund changed; grants count negative. */
export type FundCause = FundEvents['FundCredited']['reason'] | FundEvents['FundDrawGranted']['purpose'];

/** State of the global partition of accounts: the insurance fund, USD. Mutable, private to its machine. */
export interface FundState {
  readonly ledger: Ledger;
  /** Sum of all changes by cause; together they are the balance. */
  readonly causes: Map<FundCause, Decimal>;
}

type FundEvent = { [Type in keyof FundEvents]: LogEntry<Type, FundEvents[Type]> }[keyof FundEvents];

export const FUND_LEDGER = 'insurance-fund';

export const fundBalance = ({ ledger }: FundState): Decimal => balanceOf(ledger, FUND_LEDGER, 'USD');

const fundFact = <Type extends keyof FundEvents>(
  type: Type,
  payload: FundEvents[Type],
): NewEvent<Type, FundEvents[Type]> => ({
  stream: FUND_LEDGER,
  type,
  schemaVersion: 1,
  payload,
});

/** Money that a partition sent arrives. */
function credited(
  state: FundState,
  reason: FundEvents['FundCredited']['reason'],
  origin: Place,
  amount: Decimal,
): NewEvent {
  return fundFact('FundCredited', {
    reason,
    origin,
    amount: text(amount),
    balance: text(fundBalance(state).plus(amount)),
    postings: postingsOf(['in-transit', 'USD', amount.neg()], [FUND_LEDGER, 'USD', amount]),
  });
}

/**
 * Grants what is asked, up to the balance, whole cents, in the order in which the requests come. Always answers, also
 * with zero; the fund never goes below zero.
 */
function granted(state: FundState, request: Place, asked: LiquidationEvents['FundDrawRequested']): NewEvent {
  const balance = fundBalance(state);
  const grant = maxOf(ZERO, minOf(roundUsd(dec(asked.amount), 'credit'), balance));
  return fundFact('FundDrawGranted', {
    request,
    caseId: asked.caseId,
    accountId: asked.accountId,
    purpose: asked.purpose,
    requested: asked.amount,
    granted: text(grant),
    balance: text(balance.minus(grant)),
    postings: postingsOf([FUND_LEDGER, 'USD', grant.neg()], ['in-transit', 'USD', grant]),
  });
}

function decide(state: FundState, input: LogEntry, context: DecisionContext): undefined {
  const place: Place = { partition: input.partition, position: input.position };
  if (input.log === 'liquidation') {
    if (input.type === 'FundDrawRequested') {
      context.emit(granted(state, place, input.payload as LiquidationEvents['FundDrawRequested']));
    }
  } else if (input.type === 'PenaltyRemainderSent') {
    const { amount } = input.payload as AccountsEvents['PenaltyRemainderSent'];
    context.emit(credited(state, 'penalty-remainder', place, dec(amount)));
  } else if (input.type === 'FundContributionForwarded') {
    const { amount } = input.payload as AccountsEvents['FundContributionForwarded'];
    context.emit(credited(state, 'contribution', place, dec(amount)));
  }
}

function evolve(state: FundState, entry: LogEntry): void {
  invariant(entry.schemaVersion === 1, `${entry.type} has version ${entry.schemaVersion}, newest known is 1`);
  const event = entry as FundEvent;
  const attribute = (cause: FundCause, change: Decimal): void => {
    state.causes.set(cause, (state.causes.get(cause) ?? ZERO).plus(change));
  };
  switch (event.type) {
    case 'FundCredited':
      post(state.ledger, event.payload.postings);
      attribute(event.payload.reason, dec(event.payload.amount));
      return;
    case 'FundDrawGranted':
      post(state.ledger, event.payload.postings);
      attribute(event.payload.purpose, dec(event.payload.granted).neg());
      return;
    default:
      return assertNever(event);
  }
}

/** The global partition of accounts: takes in contributions and penalty remainders, grants draws. */
export const fundProcess: PartitionProcess<FundState> = {
  log: 'accounts',
  initialState: () => ({ ledger: new Map(), causes: new Map() }),
  observe: (_state, input) => invariantKnown(input),
  decide,
  settle: () => undefined,
  evolve,
  dueTimers: () => [],
  fire(_state, timer) {
    throw new InvariantViolation(`the fund has no timer ${timer.id}`);
  },
};
