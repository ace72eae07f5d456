import type { z } from 'zod';
import type {
  AccountsCommands,
  AccountsEvents,
  AdlEvents,
  FillEvents,
  FundEvents,
  LiquidationEvents,
  LogName,
  MarginCommands,
  MarginEvents,
  MarginGlobalEvents,
  OrderReportEvents,
  PricingEvents,
  QuoteEvents,
  TransferEvents,
} from '@ballast/facts';
import * as account from './accounts/account.v1.js';
import * as accountsCommands from './accounts/commands.v1.js';
import * as fund from './accounts/fund.v1.js';
import * as liquidationBooking from './accounts/liquidation-booking.v1.js';
import * as position from './accounts/position.v1.js';
import * as settlement from './accounts/settlement.v1.js';
import * as withdrawal from './accounts/withdrawal.v1.js';
import * as contractQuotes from './exchange/contracts.v1.js';
import * as fills from './exchange/fills.v1.js';
import * as orderReports from './exchange/order-reports.v1.js';
import * as quotes from './exchange/quotes.v1.js';
import * as transfers from './exchange/transfers.v1.js';
import * as adl from './liquidation/adl.v1.js';
import * as liquidationCase from './liquidation/case.v1.js';
import * as slice from './liquidation/slice.v1.js';
import * as accountState from './margin/account-state.v1.js';
import * as marginCall from './margin/margin-call.v1.js';
import * as parameters from './margin/parameters.v1.js';
import * as run from './margin/run.v1.js';
import * as schedule from './margin/schedule.v1.js';
import * as marginWithdrawal from './margin/withdrawal.v1.js';
import * as contracts from './pricing/contracts.v1.js';
import * as prices from './pricing/prices.v1.js';

// One family per kind of partition: an event of the global partition in a numbered one is a mistake of its sender.

const quoteEvents = {
  MarketOpened: quotes.marketOpenedV1,
  PriceHistorySupplied: quotes.priceHistorySuppliedV1,
  ClockTicked: quotes.clockTickedV1,
  VenueQuotesReceived: quotes.venueQuotesReceivedV1,
  PerpetualBookObserved: quotes.perpetualBookObservedV1,
  InstrumentListed: contractQuotes.instrumentListedV1,
  ContractBookObserved: contractQuotes.contractBookObservedV1,
  OptionChainQuoted: contractQuotes.optionChainQuotedV1,
};

const fillEvents = { TradeFilled: fills.tradeFilledV1 };

const transferEvents = {
  AccountOpeningRequested: transfers.accountOpeningRequestedV1,
  DepositReceived: transfers.depositReceivedV1,
  WithdrawalRequested: transfers.withdrawalRequestedV1,
  FundContributionReceived: transfers.fundContributionReceivedV1,
};

const orderReportEvents = {
  OrdersCancelled: orderReports.ordersCancelledV1,
  CloseOutOrderFinished: orderReports.closeOutOrderFinishedV1,
};

const accountsCommandTypes = {
  OpenAccount: accountsCommands.openAccountV1,
  Deposit: accountsCommands.depositV1,
  RequestWithdrawal: accountsCommands.requestWithdrawalV1,
  ChooseMarginModel: accountsCommands.chooseMarginModelV1,
};

const accountsEvents = {
  AccountOpened: account.accountOpenedV1,
  MarginModelChosen: account.marginModelChosenV1,
  CollateralCredited: account.collateralCreditedV1,
  WithdrawalHeld: withdrawal.withdrawalHeldV1,
  WithdrawalResubmitted: withdrawal.withdrawalResubmittedV1,
  WithdrawalSettled: withdrawal.withdrawalSettledV1,
  WithdrawalReleased: withdrawal.withdrawalReleasedV1,
  WithdrawalRejected: withdrawal.withdrawalRejectedV1,
  PositionChanged: position.positionChangedV1,
  FundingSettled: position.fundingSettledV1,
  FundingClosed: position.fundingClosedV1,
  VariationSettled: settlement.variationSettledV1,
  VariationClosed: settlement.variationClosedV1,
  ContractDelivered: settlement.contractDeliveredV1,
  ExpiryClosed: settlement.expiryClosedV1,
  LiquidationCostSettled: liquidationBooking.liquidationCostSettledV1,
  PenaltyRemainderSent: liquidationBooking.penaltyRemainderSentV1,
  FundGrantReceived: liquidationBooking.fundGrantReceivedV1,
  UncoveredLossBooked: liquidationBooking.uncoveredLossBookedV1,
  AdlBooked: liquidationBooking.adlBookedV1,
  FundContributionForwarded: liquidationBooking.fundContributionForwardedV1,
  SuspenseBooked: position.suspenseBookedV1,
};

const fundEvents = {
  FundCredited: fund.fundCreditedV1,
  FundDrawGranted: fund.fundDrawGrantedV1,
};

const pricingEvents = {
  SourceStateChanged: prices.sourceStateChangedV1,
  VolatilitySeeded: prices.volatilitySeededV1,
  PriceSetPublished: prices.priceSetPublishedV1,
  FundingRateFixed: prices.fundingRateFixedV1,
  InstrumentAdmitted: contracts.instrumentAdmittedV1,
  InstrumentRefused: contracts.instrumentRefusedV1,
  SurfacePublished: contracts.surfacePublishedV1,
  RiskArraysPublished: contracts.riskArraysPublishedV1,
  SettlementPriceFixed: contracts.settlementPriceFixedV1,
  VariationPriceFixed: contracts.variationPriceFixedV1,
};

const marginCommandTypes = {
  ProposeParameters: parameters.proposeParametersV1,
  ApproveParameters: parameters.approveParametersV1,
};

const marginGlobalEvents = {
  ScheduleInForce: schedule.scheduleInForceV1,
  ParametersProposed: parameters.parametersProposedV1,
  ParametersApproved: parameters.parametersApprovedV1,
};

const marginEvents = {
  MarginRunCompleted: run.marginRunCompletedV1,
  AccountStateChanged: accountState.accountStateChangedV1,
  MarginCallIssued: marginCall.marginCallIssuedV1,
  MarginCallMet: marginCall.marginCallMetV1,
  MarginCallExpired: marginCall.marginCallExpiredV1,
  LiquidationTriggered: accountState.liquidationTriggeredV1,
  LiquidatingAccountAssessed: accountState.liquidatingAccountAssessedV1,
  WithdrawalCleared: marginWithdrawal.withdrawalClearedV1,
  WithdrawalRefused: marginWithdrawal.withdrawalRefusedV1,
  AdlCandidatesReported: run.adlCandidatesReportedV1,
};

const liquidationEvents = {
  LiquidationOpened: liquidationCase.liquidationOpenedV1,
  OrdersCancelRequested: liquidationCase.ordersCancelRequestedV1,
  CloseOutOrderPlaced: slice.closeOutOrderPlacedV1,
  LiquidationCostAssessed: slice.liquidationCostAssessedV1,
  FundDrawRequested: slice.fundDrawRequestedV1,
  AdlRequested: adl.adlRequestedV1,
  LiquidationClosed: liquidationCase.liquidationClosedV1,
};

const adlEvents = {
  AdlRoundOpened: adl.adlRoundOpenedV1,
  AdlExecuted: adl.adlExecutedV1,
  AdlRoundClosed: adl.adlRoundClosedV1,
};

// Proof, by the compiler and in both directions, that what the parser lets through is what the domain reads: a field
// added to the facts alone, or to a schema alone, does not compile. The message names the event.

type Plain<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? Plain<Item>[]
    : { -readonly [Field in keyof Value]: Plain<Value[Field]> };

type Same<A, B> = (<Probe>() => Probe extends A ? 1 : 2) extends <Probe>() => Probe extends B ? 1 : 2 ? true : false;

/** The newest version of a type counts: older entries are brought to it by upcasters. */
type NewestOf<Schema> = Schema extends readonly [...unknown[], infer Newest] ? Newest : Schema;

type InferredOf<Schemas, Type> = Type extends keyof Schemas
  ? NewestOf<Schemas[Type]> extends infer Schema extends z.ZodType
    ? z.infer<Schema>
    : never
  : never;

type FactOf<Facts, Type> = Type extends keyof Facts ? Facts[Type] : never;

type Differing<Facts, Schemas> = {
  [Type in keyof Facts | keyof Schemas]: Same<Plain<FactOf<Facts, Type>>, Plain<InferredOf<Schemas, Type>>> extends true
    ? never
    : Type;
}[keyof Facts | keyof Schemas];

type Agreement<Facts, Schemas> = [Differing<Facts, Schemas>] extends [never]
  ? true
  : { readonly differs: Differing<Facts, Schemas> };

export const SCHEMAS_AGREE_WITH_FACTS: [
  Agreement<QuoteEvents, typeof quoteEvents>,
  Agreement<FillEvents, typeof fillEvents>,
  Agreement<TransferEvents, typeof transferEvents>,
  Agreement<OrderReportEvents, typeof orderReportEvents>,
  Agreement<AccountsCommands, typeof accountsCommandTypes>,
  Agreement<AccountsEvents, typeof accountsEvents>,
  Agreement<FundEvents, typeof fundEvents>,
  Agreement<PricingEvents, typeof pricingEvents>,
  Agreement<MarginCommands, typeof marginCommandTypes>,
  Agreement<MarginGlobalEvents, typeof marginGlobalEvents>,
  Agreement<MarginEvents, typeof marginEvents>,
  Agreement<LiquidationEvents, typeof liquidationEvents>,
  Agreement<AdlEvents, typeof adlEvents>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true];

/** One version of one type of entry of one log. */
export interface EventSchema {
  readonly log: LogName;
  readonly type: string;
  readonly version: number;
  /** In which partitions of the log it stands. */
  readonly partition: 'numbered' | 'global';
  /** Stream it stands in, which is also the key of its message. */
  readonly stream: string;
  /** When it is emitted and what it means. */
  readonly description: string;
  /** Of the payload. */
  readonly schema: z.ZodType;
}

/** By type: its schema, or the list of all its versions from 1 on. */
type Family = Readonly<Record<string, z.ZodType | readonly z.ZodType[]>>;

const FAMILIES: readonly (readonly [log: LogName, partition: 'numbered' | 'global', schemas: Family])[] = [
  ['exchange.quotes', 'global', quoteEvents],
  ['exchange.fills', 'numbered', fillEvents],
  ['exchange.transfers', 'numbered', transferEvents],
  ['exchange.orderReports', 'numbered', orderReportEvents],
  ['accounts.commands', 'numbered', accountsCommandTypes],
  ['accounts', 'numbered', accountsEvents],
  ['accounts', 'global', fundEvents],
  ['pricing', 'global', pricingEvents],
  ['margin.commands', 'global', marginCommandTypes],
  ['margin', 'global', marginGlobalEvents],
  ['margin', 'numbered', marginEvents],
  ['liquidation', 'numbered', liquidationEvents],
  ['liquidation', 'global', adlEvents],
];

function versionsOf([log, partition, family]: (typeof FAMILIES)[number]): readonly EventSchema[] {
  return Object.entries(family).flatMap(([type, schemas]) =>
    (Array.isArray(schemas) ? (schemas as readonly z.ZodType[]) : [schemas as z.ZodType]).map((schema, index) => {
      const { description, 'x-stream': stream } = schema.meta() as { description: string; 'x-stream': string };
      return { log, type, version: index + 1, partition, stream, description, schema };
    }),
  );
}

/** Every version of every type, in the order of the logs, oldest version first. */
export const allEventSchemas: readonly EventSchema[] = FAMILIES.flatMap(versionsOf);

function newestByLog(): ReadonlyMap<LogName, ReadonlyMap<string, EventSchema>> {
  const logs = new Map<LogName, Map<string, EventSchema>>();
  for (const event of allEventSchemas) {
    const types = logs.get(event.log) ?? new Map<string, EventSchema>();
    logs.set(event.log, types.set(event.type, event));
  }
  return logs;
}

/** The newest version of every type of entry, by log and type. */
export const eventSchemas: ReadonlyMap<LogName, ReadonlyMap<string, EventSchema>> = newestByLog();

const byVersion = new Map(allEventSchemas.map((event) => [`${event.log}/${event.type}/${event.version}`, event]));

/** One version of a type, the newest without a number; undefined for what this version of Ballast does not know. */
export function schemaOf(log: string, type: string, version?: number): EventSchema | undefined {
  return version === undefined
    ? eventSchemas.get(log as LogName)?.get(type)
    : byVersion.get(`${log}/${type}/${version}`);
}
