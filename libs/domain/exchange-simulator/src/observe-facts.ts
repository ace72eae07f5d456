import type { DocumentEvents, LiquidationEvents, MarginEvents, OpeningEvents, PricingEvents } from '@ballast/facts';
import type { LogEntry } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';
import { contractOf } from './market/contracts.js';
import { underlyingOf } from './market/instruments.js';
import { CENT_DIGITS, unitsOf } from './scaled-integer.js';
import { giveBackRefusedWithdrawal } from './withdrawal-view.js';
import { viewOf, type OpenRequest, type SimulatorState } from './simulator-state.js';

/** Facts that are known and of no interest to an exchange. */
const UNINTERESTING = new Set<string>([
  'DocumentsEstablished',
  'ReleaseInForce',
  'DocumentProposed',
  'DocumentApproved',
  'SourceStateChanged',
  'VolatilitySeeded',
  'PriceSetPublished',
  'FundingRateFixed',
  'InstrumentRefused',
  'SurfacePublished',
  'RiskArraysPublished',
  'SettlementPriceFixed',
  'VariationPriceFixed',
  'MarginRunCompleted',
  'LiquidatingAccountAssessed',
  'WithdrawalCleared',
  'AdlCandidatesReported',
  'LiquidationCostAssessed',
  'FundDrawRequested',
  'AdlRequested',
] satisfies (
  keyof OpeningEvents | keyof DocumentEvents | keyof PricingEvents | keyof MarginEvents | keyof LiquidationEvents
)[]);

/** Takes note of a fact of pricing, margin p or liquidation p. */
export function observeFact(state: SimulatorState, entry: LogEntry): void {
  if (entry.schemaVersion !== 1) {
    throw new InvariantViolation(`${entry.log} ${entry.type} has version ${entry.schemaVersion}, known is 1`);
  }
  if (entry.log === 'pricing') observePricing(state, entry);
  else if (entry.log === 'margin') observeMargin(state, entry);
  else if (entry.log === 'liquidation') observeLiquidation(state, entry);
  else throw new InvariantViolation(`the exchange does not read ${entry.log}`);
}

function observePricing(state: SimulatorState, entry: LogEntry): void {
  if (entry.type !== 'InstrumentAdmitted') return refuseUnknown(entry);
  const { specification } = entry.payload as PricingEvents['InstrumentAdmitted'];
  state.admitted.set(specification.id, entry.time.clearing);
}

function observeMargin(state: SimulatorState, entry: LogEntry): void {
  switch (entry.type as keyof MarginEvents) {
    case 'AccountStateChanged': {
      const fact = entry.payload as MarginEvents['AccountStateChanged'];
      viewOf(state, fact.accountId).marginState = fact.to;
      return;
    }
    case 'LiquidationTriggered': {
      const fact = entry.payload as MarginEvents['LiquidationTriggered'];
      viewOf(state, fact.accountId).marginState = 'LIQUIDATING';
      return;
    }
    case 'MarginCallIssued': {
      const fact = entry.payload as MarginEvents['MarginCallIssued'];
      const deficitCents = unitsOf(fact.deficit, CENT_DIGITS);
      viewOf(state, fact.accountId).call = { callId: fact.callId, issuedAt: fact.issuedAt, deficitCents };
      return;
    }
    case 'MarginCallMet':
    case 'MarginCallExpired': {
      const fact = entry.payload as MarginEvents['MarginCallMet'];
      const view = viewOf(state, fact.accountId);
      if (view.call?.callId === fact.callId) view.call = null;
      return;
    }
    case 'WithdrawalRefused': {
      const fact = entry.payload as MarginEvents['WithdrawalRefused'];
      giveBackRefusedWithdrawal(state, fact.withdrawalId);
      return;
    }
    default:
      refuseUnknown(entry);
  }
}

function observeLiquidation(state: SimulatorState, entry: LogEntry): void {
  switch (entry.type as keyof LiquidationEvents) {
    case 'LiquidationOpened': {
      const fact = entry.payload as LiquidationEvents['LiquidationOpened'];
      viewOf(state, fact.accountId).closingOut = true;
      return;
    }
    case 'LiquidationClosed': {
      const fact = entry.payload as LiquidationEvents['LiquidationClosed'];
      viewOf(state, fact.accountId).closingOut = false;
      return;
    }
    case 'OrdersCancelRequested': {
      const { accountId } = entry.payload as LiquidationEvents['OrdersCancelRequested'];
      addRequest(state, { kind: 'cancel-orders', accountId, ...placeAndTime(entry) });
      return;
    }
    case 'CloseOutOrderPlaced': {
      const order = entry.payload as LiquidationEvents['CloseOutOrderPlaced'];
      addRequest(state, {
        kind: 'close-out',
        accountId: order.accountId,
        instrument: known(order.instrument),
        side: order.side,
        quantity: order.quantity,
        ...placeAndTime(entry),
      });
      return;
    }
    default:
      refuseUnknown(entry);
  }
}

function refuseUnknown(entry: LogEntry): void {
  if (!UNINTERESTING.has(entry.type)) throw new InvariantViolation(`unknown fact of ${entry.log}: ${entry.type}`);
}

/** An id that this exchange could have listed; on a rebuild the listing itself may be folded later. */
function known(instrument: string): string {
  if (underlyingOf(instrument) !== undefined || contractOf(instrument) !== undefined) return instrument;
  throw new InvariantViolation(`${instrument} is not listed here`);
}

const placeAndTime = (entry: LogEntry): Pick<OpenRequest, 'place' | 'clearing'> => ({
  place: { partition: entry.partition, position: entry.position },
  clearing: entry.time.clearing,
});

/** On a rebuild the answer may be folded before the request: an answered request is not open. */
function addRequest(state: SimulatorState, request: OpenRequest): void {
  const { partition, position } = request.place;
  if (position <= (state.answeredUpTo.get(partition) ?? 0)) return;
  const requests = state.openRequests.get(partition);
  if (requests === undefined) state.openRequests.set(partition, [request]);
  else requests.push(request);
}
