import { causeOf, type LogEntry } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  AmountByAsset,
  DocumentEvents,
  LiquidationEvents,
  MarginGlobalEvents,
  OpeningEvents,
  PositionFigures,
  PricingEvents,
} from '@ballast/facts';
import { readContractSpecification } from '@ballast/instruments';
import { dec, invariant, InvariantViolation } from '@ballast/kernel';
import { putInForce } from './avsl/notice-window.js';
import type { CallInForce, MarginState } from './margin.state.js';
import { deliveryKey } from './portfolio/priced-contracts.js';

const ACCOUNT_STREAM = 'account-';

/** Facts of other logs that margin knows and that change nothing here. */
const OF_NO_INTEREST: ReadonlySet<string> = new Set([
  'pricing/SourceStateChanged',
  'pricing/VolatilitySeeded',
  'pricing/PriceSetPublished',
  'pricing/FundingRateFixed',
  'pricing/InstrumentRefused',
  'pricing/SurfacePublished',
  'pricing/VariationPriceFixed',
  'margin/ParametersApproved',
  'liquidation/LiquidationOpened',
  'liquidation/OrdersCancelRequested',
  'liquidation/CloseOutOrderPlaced',
  'liquidation/LiquidationCostAssessed',
  'liquidation/FundDrawRequested',
  'liquidation/AdlRequested',
  'liquidation/AdlRoundOpened',
  'liquidation/AdlExecuted',
  'liquidation/AdlRoundClosed',
]);

/** Facts of accounts p. Those in an account's stream raise its version and touch its owner. */
const OF_ACCOUNTS: ReadonlySet<string> = new Set<keyof (AccountsEvents & OpeningEvents)>([
  'DocumentsEstablished',
  'ReleaseInForce',
  'AccountOpened',
  'CollateralCredited',
  'WithdrawalHeld',
  'WithdrawalResubmitted',
  'WithdrawalSettled',
  'WithdrawalReleased',
  'WithdrawalRejected',
  'PositionChanged',
  'MarginModelChosen',
  'VariationSettled',
  'VariationClosed',
  'ContractDelivered',
  'ExpiryClosed',
  'FundingSettled',
  'FundingClosed',
  'LiquidationCostSettled',
  'PenaltyRemainderSent',
  'FundGrantReceived',
  'UncoveredLossBooked',
  'AdlBooked',
  'FundContributionForwarded',
  'SuspenseBooked',
]);

/** What every service says of its own rules. */
const OF_RULES: ReadonlySet<string> = new Set<keyof OpeningEvents | keyof DocumentEvents>([
  'DocumentsEstablished',
  'ReleaseInForce',
  'DocumentProposed',
  'DocumentApproved',
]);

/** Takes note of a fact of another log. */
export function observeFact(state: MarginState, input: LogEntry): void {
  if (OF_RULES.has(input.type)) return;
  if (input.log === 'accounts') {
    observeAccounts(state, input);
    return;
  }
  switch (`${input.log}/${input.type}`) {
    case 'margin/ScheduleInForce':
      observeSchedule(state, input);
      return;
    case 'pricing/InstrumentAdmitted': {
      const specification = readContractSpecification(
        (input.payload as PricingEvents['InstrumentAdmitted']).specification,
      );
      state.contracts.set(specification.instrument.id, specification);
      return;
    }
    case 'pricing/RiskArraysPublished': {
      const source = input.payload as PricingEvents['RiskArraysPublished'];
      state.riskArrays = [...state.riskArrays, { position: input.position, source }];
      return;
    }
    case 'pricing/SettlementPriceFixed': {
      const { underlying, expiry, price } = input.payload as PricingEvents['SettlementPriceFixed'];
      state.deliveries.set(deliveryKey(underlying, expiry), dec(price));
      return;
    }
    case 'margin/ParametersProposed': {
      const { parameters } = input.payload as MarginGlobalEvents['ParametersProposed'];
      state.parameters.set(parameters.id, parameters);
      return;
    }
    case 'liquidation/LiquidationClosed': {
      const { accountId, caseId, uncoveredLoss } = input.payload as LiquidationEvents['LiquidationClosed'];
      // Until accounts has booked the loss, the deficit still stands in the account and would open a second case.
      const awaitedLossOf = dec(uncoveredLoss).gt(0) ? caseId : null;
      const account = state.book.at(accountId);
      state.book.remember(account, { liquidationClosed: awaitedLossOf === null, awaitedLossOf });
      touch(state, account.ownerId, input);
      return;
    }
    default:
      if (OF_NO_INTEREST.has(`${input.log}/${input.type}`)) return;
      throw new InvariantViolation(`margin doesn't know ${input.type} of ${input.log}`);
  }
}

function touch(state: MarginState, ownerId: string, input: LogEntry): void {
  state.touched.add(ownerId);
  state.due = { cause: causeOf(input), full: state.due?.full ?? false };
}

function observeSchedule(state: MarginState, input: LogEntry): void {
  const source = input.payload as MarginGlobalEvents['ScheduleInForce'];
  state.schedule = { position: input.position, source };
  const inUse = state.riskArrays.findLastIndex(({ position }) => position < source.priceSet);
  if (inUse > 0) state.riskArrays = state.riskArrays.slice(inUse);
  for (const { underlying, callBrackets, scalarEffective } of source.underlyings) {
    let history = state.callHistory.get(underlying);
    if (history === undefined) {
      history = [];
      state.callHistory.set(underlying, history);
    }
    const newest = history.at(-1);
    if (newest?.parameters === source.parameters && newest.scalarEffective === scalarEffective) continue;
    putInForce<CallInForce>(history, {
      from: source.asOf,
      parameters: source.parameters,
      scalarEffective,
      brackets: callBrackets,
    });
  }
  state.due = { cause: causeOf(input), full: true };
}

function observeAccounts(state: MarginState, input: LogEntry): void {
  invariant(OF_ACCOUNTS.has(input.type), `margin doesn't know ${input.type} of accounts`);
  if (!input.stream.startsWith(ACCOUNT_STREAM)) {
    // Afterwards nobody holds the contract.
    if (input.type === 'ExpiryClosed') {
      state.contracts.delete((input.payload as AccountsEvents['ExpiryClosed']).instrument);
    }
    return;
  }
  const accountId = input.stream.slice(ACCOUNT_STREAM.length);
  const { book } = state;
  if (input.type === 'AccountOpened') book.open(accountId);
  const account = book.find(accountId);
  if (account === undefined) {
    // A withdrawal from an account that never was is refused in a stream of that name.
    invariant(input.type === 'WithdrawalRejected', `${input.type} before account ${accountId} was opened`);
    return;
  }
  book.setVersion(account, input.version);
  const payload = input.payload as { readonly collateral?: AmountByAsset; readonly position?: PositionFigures };
  if (payload.collateral !== undefined) book.setCollateral(account, payload.collateral);
  if (payload.position !== undefined) book.setPosition(account, payload.position);
  switch (input.type) {
    case 'WithdrawalHeld':
    case 'WithdrawalResubmitted': {
      const { withdrawalId, asset, amount } = input.payload as AccountsEvents['WithdrawalResubmitted'];
      // Asked anew: an earlier answer is void.
      book.setHold(account, withdrawalId, { asset, amount: dec(amount), cleared: false });
      break;
    }
    case 'WithdrawalSettled':
    case 'WithdrawalReleased': {
      const { withdrawalId } = input.payload as AccountsEvents['WithdrawalSettled'];
      book.setHold(account, withdrawalId, null);
      break;
    }
    case 'MarginModelChosen': {
      book.setModel(account, (input.payload as AccountsEvents['MarginModelChosen']).model);
      break;
    }
    case 'UncoveredLossBooked': {
      const { caseId } = input.payload as AccountsEvents['UncoveredLossBooked'];
      if (account.awaitedLossOf === caseId) book.remember(account, { liquidationClosed: true, awaitedLossOf: null });
      break;
    }
    default:
  }
  touch(state, account.ownerId, input);
}
