export {
  AUCTION_STEP,
  FUND_EVENTS,
  LAST_STEPS,
  GAINS_STEP,
  LOSS_STEPS,
  OWNER_STEP,
  OWN_STEPS,
  PAYING_STEPS,
  PROVIDER_STEP,
  ACCOUNTS_EVENTS,
  SUSPENSE_OUTCOMES,
  type AccountsCommands,
  type AccountsEvents,
  MOST_BOOK_ACCOUNTS,
  bookHead,
  importedAccount,
  type BookImportCommands,
  type CorrectionCommands,
  nameOfLine,
  RECONCILED,
  type FundEvents,
} from './accounts/index.js';
export {
  type Place,
  amountByAsset,
  type AmountByAsset,
  posting,
  type Posting,
  type AccountAfter,
  positionFigures,
  type PositionFigures,
  marginFigures,
  type MarginFigures,
  accountMarginState,
  type AccountMarginState,
} from './common.js';
export {
  type DocumentCitation,
  type RecordedDocument,
  OPENING_EVENTS,
  DOCUMENT_EVENTS,
  type OpeningEvents,
  type DocumentEvents,
  type DocumentCommands,
} from './documents.js';
export * from './event-families.js';
export {
  figuresThatAreNone,
  mayHoldNoFigure,
  withFigures,
  type FiguresByField,
  type FigureThatIsNone,
} from './figures-that-are-none.js';
export {
  PRODUCER_EVENTS,
  type QuoteEvents,
  type FillEvents,
  type TransferEvents,
  type OrderEvents,
  type OrderReportEvents,
  type ProducerEvents,
} from './exchange/index.js';
export * from './liquidation/index.js';
export {
  type PositionRequirement,
  type PortfolioDetail,
  type CollateralLine,
  assessmentDetail,
  type AssessmentDetail,
  type LiquidationCostFigures,
  type ModelDocument,
  type Bracket,
  type BySide,
  type CollateralPrice,
  type RateTable,
  type UnderlyingSchedule,
  LONGEST_HOLD_MS,
  MARGIN_GLOBAL_EVENTS,
  MARGIN_EVENTS,
  type MarginGlobalEvents,
  type MarginCommands,
  type MarginEvents,
} from './margin/index.js';
export {
  ACCOUNT_STANDINGS,
  refusedByStanding,
  type AccountAct,
  type AccountStanding,
  type StandingRefusal,
} from './account-standings.js';
export * from './house-modes.js';
export type * from './names.js';
export {
  type SurfaceOrigin,
  type SviParameters,
  type PublishedScenario,
  type InstrumentRisk,
  type SourceState,
  type IndexInput,
  type UnderlyingPrices,
  type InstrumentMark,
  type MeasuredMarket,
  PRICING_EVENTS,
  HOUSE_MODES,
  type HouseMode,
  type HouseModeCommands,
  type DelistingCommands,
  type SettlementOverrideCommands,
  type InstrumentHaltCommands,
  type PricingEvents,
} from './pricing/index.js';
export * as fields from './schema/forms.js';
export {
  type EventDefinition,
  factsOf,
  type Schema,
  type RecordSchema,
  type OptionalField,
  type Fields,
  type SchemaOf,
  type ValueOf,
} from './schema/index.js';
export { contractSpecification, type ContractSpecificationDocument } from './specification.js';
export {
  type ServiceLog,
  type ExchangeLog,
  type LogName,
  SERVICE_LOGS,
  EXCHANGE_LOGS,
  type Reader,
  READERS,
  READ_TOGETHER,
} from './topology.js';
