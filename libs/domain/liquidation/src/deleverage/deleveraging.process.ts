import { defineProcess, emitterOf, on, type DecisionContext } from '@ballast/event-sourcing';
import { OPENING_IGNORED, RULES_EVOLVED, documentCommands, openPartition } from '@ballast/documents';
import { ADL_EVENTS } from '@ballast/facts';
import type {
  AccountsEvents,
  AdlEvents,
  DocumentEvents,
  LiquidationEvents,
  MarginEvents,
  OpeningEvents,
} from '@ballast/facts';
import { LIQUIDATION_CHECKS } from '../liquidation-policy.js';
import { conclusion, execution, nextRound } from './adl-round.decider.js';
import {
  evolveDeleveraging,
  initialDeleveraging,
  noteBooking,
  noteCandidates,
  noteRequest,
  type DeleveragingState,
} from './deleveraging.state.js';

type State = DeleveragingState;

const emit = emitterOf<AdlEvents>(ADL_EVENTS);

/** A fact that may be the last one that a round, or the next, waits for. */
const notedBy = <Input>(
  observe: (state: State, input: Input) => void,
): {
  readonly observe: (state: State, input: Input) => void;
  readonly decide: (state: State, input: Input, context: DecisionContext) => void;
} => ({ observe, decide: (state, _input, context) => advance(state, context) });

/**
 * Auto-deleveraging, for all partitions: what neither the book nor the fund can take of a bankrupt account is closed
 * against the most leveraged accounts on the other side, at the bankruptcy price, one round at a time. Here the rules of
 * liquidation change, too.
 */
export const deleveragingProcess = defineProcess<State, AdlEvents & OpeningEvents & DocumentEvents>({
  log: 'liquidation',
  stateForm: { version: 1 },
  initialState: initialDeleveraging,
  open: ({ rules }, opening, context) =>
    openPartition('liquidation', rules, opening, () => LIQUIDATION_CHECKS, context),

  reads: [
    on<State, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
      AdlRequested: notedBy(noteRequest),
      LiquidationOpened: 'ignored',
      OrdersCancelRequested: 'ignored',
      CloseOutOrderPlaced: 'ignored',
      LiquidationCostAssessed: 'ignored',
      CloseOutFillFlagged: 'ignored',
      CollateralTakeOverRequested: 'ignored',
      FundDrawRequested: 'ignored',
      LiquidationClosed: 'ignored',
      ...OPENING_IGNORED,
    }),
    on<State, MarginEvents & OpeningEvents>('margin', 'numbered', {
      AdlCandidatesReported: notedBy((state, { partition, payload }) => noteCandidates(state, partition, payload)),
      MarginRunCompleted: 'ignored',
      AccountStateChanged: 'ignored',
      MarginCallIssued: 'ignored',
      MarginCallMet: 'ignored',
      MarginCallExpired: 'ignored',
      LiquidationTriggered: 'ignored',
      LiquidatingAccountAssessed: 'ignored',
      ModelFailed: 'ignored',
      ModelRestored: 'ignored',
      WithdrawalCleared: 'ignored',
      WithdrawalRefused: 'ignored',
      ...OPENING_IGNORED,
    }),
    on<State, AccountsEvents & OpeningEvents>('accounts', 'numbered', {
      AdlBooked: notedBy((state, { payload }) => noteBooking(state, payload)),
      AccountOpened: 'ignored',
      CollateralCredited: 'ignored',
      WithdrawalHeld: 'ignored',
      WithdrawalResubmitted: 'ignored',
      WithdrawalSettled: 'ignored',
      WithdrawalReleased: 'ignored',
      WithdrawalRejected: 'ignored',
      PositionChanged: 'ignored',
      FundingSettled: 'ignored',
      FundingClosed: 'ignored',
      MarginModelChosen: 'ignored',
      VariationSettled: 'ignored',
      VariationClosed: 'ignored',
      ContractDelivered: 'ignored',
      ExpiryClosed: 'ignored',
      LiquidationCostSettled: 'ignored',
      PenaltyRemainderSent: 'ignored',
      FundGrantReceived: 'ignored',
      CollateralTakenOver: 'ignored',
      UncoveredLossBooked: 'ignored',
      FundContributionForwarded: 'ignored',
      SuspenseBooked: 'ignored',
      ...OPENING_IGNORED,
    }),
  ],

  commands: documentCommands(
    ({ rules }) => rules,
    () => LIQUIDATION_CHECKS,
  ),

  own: {
    AdlRoundOpened: (state, { payload }) => evolveDeleveraging.AdlRoundOpened(state, payload),
    AdlExecuted: (state, { payload }) => evolveDeleveraging.AdlExecuted(state, payload),
    AdlRoundClosed: (state, { payload }) => evolveDeleveraging.AdlRoundClosed(state, payload),
    ...RULES_EVOLVED,
  },
});

/** Executes, closes and opens rounds as far as it goes; a round without candidates is closed at once. */
function advance(state: State, context: DecisionContext): void {
  const executed = state.round === null ? undefined : execution(state.round, context.partitions);
  if (executed !== undefined) emit(context, 'AdlExecuted', executed);
  const closed = state.round === null ? undefined : conclusion(state.round);
  if (closed !== undefined) emit(context, 'AdlRoundClosed', closed);
  const opened = nextRound(state);
  if (opened !== undefined) emit(context, 'AdlRoundOpened', opened);
}
