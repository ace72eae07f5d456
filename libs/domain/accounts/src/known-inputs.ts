import type {
  AccountsEvents,
  AdlEvents,
  FillEvents,
  FundEvents,
  LiquidationEvents,
  MarginEvents,
  PricingEvents,
  TransferEvents,
} from '@ballast/facts';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';

/** Every type of a source, so that a new fact has to be looked at here before a partition reads over it. */
type Known<Events> = { readonly [Type in keyof Events]: true };

const fills: Known<FillEvents> = { TradeFilled: true };
const transfers: Known<TransferEvents> = {
  AccountOpeningRequested: true,
  DepositReceived: true,
  WithdrawalRequested: true,
  FundContributionReceived: true,
};
const pricing: Known<PricingEvents> = {
  SourceStateChanged: true,
  VolatilitySeeded: true,
  PriceSetPublished: true,
  FundingRateFixed: true,
};
const margin: Known<MarginEvents> = {
  MarginRunCompleted: true,
  AccountStateChanged: true,
  MarginCallIssued: true,
  MarginCallMet: true,
  MarginCallExpired: true,
  LiquidationTriggered: true,
  LiquidatingAccountAssessed: true,
  WithdrawalCleared: true,
  WithdrawalRefused: true,
  AdlCandidatesReported: true,
};
const liquidation: Known<LiquidationEvents> = {
  LiquidationOpened: true,
  OrdersCancelRequested: true,
  CloseOutOrderPlaced: true,
  LiquidationCostAssessed: true,
  FundDrawRequested: true,
  AdlRequested: true,
  LiquidationClosed: true,
};
const deleveraging: Known<AdlEvents> = { AdlRoundOpened: true, AdlExecuted: true, AdlRoundClosed: true };
const fund: Known<FundEvents> = { FundCredited: true, FundDrawGranted: true };
const accounts: Known<AccountsEvents> = {
  AccountOpened: true,
  CollateralCredited: true,
  WithdrawalHeld: true,
  WithdrawalResubmitted: true,
  WithdrawalSettled: true,
  WithdrawalReleased: true,
  WithdrawalRejected: true,
  PositionChanged: true,
  FundingSettled: true,
  FundingClosed: true,
  LiquidationCostSettled: true,
  PenaltyRemainderSent: true,
  FundGrantReceived: true,
  UncoveredLossBooked: true,
  AdlBooked: true,
  FundContributionForwarded: true,
  SuspenseBooked: true,
};

function knownTypes(log: string, partition: number): Readonly<Record<string, true>> | null {
  switch (log) {
    case 'exchange.fills':
      return fills;
    case 'exchange.transfers':
      return transfers;
    case 'pricing':
      return pricing;
    case 'margin':
      return margin;
    case 'liquidation':
      return partition === GLOBAL ? deleveraging : liquidation;
    case 'accounts':
      return partition === GLOBAL ? fund : accounts;
    default:
      return null;
  }
}

/**
 * Fails closed on a fact of a type that accounts was not written for. A command of an unknown name is only refused:
 * whoever may write a command must not be able to stop a partition.
 * @throws InvariantViolation
 */
export function invariantKnown({ log, partition, type }: LogEntry): void {
  if (log === 'accounts.commands') return;
  const known = knownTypes(log, partition);
  if (known === null || !Object.hasOwn(known, type)) {
    throw new InvariantViolation(`accounts does not know ${type} of ${log}/${partition}`);
  }
}
