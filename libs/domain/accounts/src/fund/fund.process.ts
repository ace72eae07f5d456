import { OPENING_IGNORED, RULES_EVOLVED, documentCommands, noRules, type HouseRules } from '@ballast/documents';
import { defineProcess, emitterOf, on, type LogEntry, type PartitionProcess } from '@ballast/event-sourcing';
import {
  FUND_EVENTS,
  type AccountsEvents,
  type DocumentEvents,
  type FundEvents,
  type LiquidationEvents,
  type OpeningEvents,
  type Place,
} from '@ballast/facts';
import { dec, maxOf, minOf, roundUsd, text, ZERO, type Decimal } from '@ballast/kernel';
import { documentChecks, openAccounts } from '../accounts-rules.js';
import { balanceOf, post, postingsOf, type Ledger } from '../ledger/ledger.js';

/** Why the fund changed; grants count negative. */
export type FundCause = FundEvents['FundCredited']['reason'] | FundEvents['FundDrawGranted']['purpose'];

/** State of the global partition of accounts: the insurance fund, USD. Mutable, private to its machine. */
export interface FundState {
  readonly rules: HouseRules;
  readonly ledger: Ledger;
  /** Sum of all changes by cause; together they are the balance. */
  readonly causes: Map<FundCause, Decimal>;
}

export const FUND_LEDGER = 'insurance-fund';

export const fundBalance = ({ ledger }: FundState): Decimal => balanceOf(ledger, FUND_LEDGER, 'USD');

const emit = emitterOf(FUND_EVENTS);

const placeOf = ({ partition, position }: LogEntry): Place => ({ partition, position });

function attribute({ causes }: FundState, cause: FundCause, change: Decimal): void {
  causes.set(cause, (causes.get(cause) ?? ZERO).plus(change));
}

/** Money that a partition sent arrives. */
function credited(
  state: FundState,
  reason: FundEvents['FundCredited']['reason'],
  origin: Place,
  amount: Decimal,
): FundEvents['FundCredited'] {
  return {
    reason,
    origin,
    amount: text(amount),
    balance: text(fundBalance(state).plus(amount)),
    postings: postingsOf(['in-transit', 'USD', amount.neg()], [FUND_LEDGER, 'USD', amount]),
  };
}

/**
 * Grants what is asked, up to the balance, whole cents, in the order in which the requests come. Always answers, also
 * with zero; the fund never goes below zero.
 */
function granted(
  state: FundState,
  request: Place,
  asked: LiquidationEvents['FundDrawRequested'],
): FundEvents['FundDrawGranted'] {
  const balance = fundBalance(state);
  const grant = maxOf(ZERO, minOf(roundUsd(dec(asked.amount), 'credit'), balance));
  return {
    request,
    caseId: asked.caseId,
    accountId: asked.accountId,
    purpose: asked.purpose,
    requested: asked.amount,
    granted: text(grant),
    balance: text(balance.minus(grant)),
    postings: postingsOf([FUND_LEDGER, 'USD', grant.neg()], ['in-transit', 'USD', grant]),
  };
}

/**
 * The global partition of accounts: takes in contributions and penalty remainders, grants draws, and is where the rules of
 * accounts change.
 */
export const fundProcess: PartitionProcess<FundState> = defineProcess<
  FundState,
  FundEvents & OpeningEvents & DocumentEvents
>({
  log: 'accounts',
  stateForm: { version: 1 },
  initialState: () => ({ rules: noRules(), ledger: new Map(), causes: new Map() }),
  open: openAccounts,
  reads: [
    on<FundState, AccountsEvents & OpeningEvents>('accounts', 'numbered', {
      ...OPENING_IGNORED,
      AccountOpened: 'ignored',
      CollateralCredited: 'ignored',
      MarginModelChosen: 'ignored',
      WithdrawalHeld: 'ignored',
      WithdrawalResubmitted: 'ignored',
      WithdrawalSettled: 'ignored',
      WithdrawalReleased: 'ignored',
      WithdrawalRejected: 'ignored',
      PositionChanged: 'ignored',
      FundingSettled: 'ignored',
      FundingClosed: 'ignored',
      VariationSettled: 'ignored',
      VariationClosed: 'ignored',
      ContractDelivered: 'ignored',
      ExpiryClosed: 'ignored',
      LiquidationCostSettled: 'ignored',
      FundGrantReceived: 'ignored',
      CollateralTakenOver: 'ignored',
      UncoveredLossBooked: 'ignored',
      AdlBooked: 'ignored',
      SuspenseBooked: 'ignored',
      PenaltyRemainderSent: {
        decide: (state, input, context) => {
          emit(
            context,
            'FundCredited',
            credited(state, 'penalty-remainder', placeOf(input), dec(input.payload.amount)),
          );
        },
      },
      FundContributionForwarded: {
        decide: (state, input, context) => {
          emit(context, 'FundCredited', credited(state, 'contribution', placeOf(input), dec(input.payload.amount)));
        },
      },
    }),
    on<FundState, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
      ...OPENING_IGNORED,
      LiquidationOpened: 'ignored',
      OrdersCancelRequested: 'ignored',
      CloseOutOrderPlaced: 'ignored',
      LiquidationCostAssessed: 'ignored',
      CloseOutFillFlagged: 'ignored',
      CloseOutTurnRequested: 'ignored',
      LiquidationPaused: 'ignored',
      CollateralTakeOverRequested: 'ignored',
      FundDrawRequested: {
        decide: (state, input, context) => {
          emit(context, 'FundDrawGranted', granted(state, placeOf(input), input.payload));
        },
      },
      AdlRequested: 'ignored',
      LiquidationClosed: 'ignored',
    }),
  ],
  commands: documentCommands(
    ({ rules }) => rules,
    ({ rules }) => documentChecks(rules),
  ),
  own: {
    ...RULES_EVOLVED,
    FundCredited(state, { payload: { postings, reason, amount } }) {
      post(state.ledger, postings);
      attribute(state, reason, dec(amount));
    },
    FundDrawGranted(state, { payload: { postings, purpose, granted: amount } }) {
      post(state.ledger, postings);
      attribute(state, purpose, dec(amount).neg());
    },
  },
});
