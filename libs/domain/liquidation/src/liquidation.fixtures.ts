import { MINUTE_MS, dec, invariant, roundUsd, sum, text } from '@ballast/kernel';
import { GLOBAL, type LogEntry, type Opening } from '@ballast/event-sourcing';
import type {
  AccountsEvents,
  AssessmentDetail,
  Bracket,
  ContractSpecificationDocument,
  DocumentEvents,
  FundEvents,
  InstrumentId,
  LiquidationCostFigures,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
  MarginGlobalEvents,
  OpeningEvents,
  OrderReportEvents,
  PositionRequirement,
  PriceStatus,
  PricingEvents,
  Underlying,
  UnderlyingSchedule,
} from '@ballast/facts';
import { documentHash } from '@ballast/documents/testing';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { closeableContract, type CloseableContracts } from './closeable-contracts.js';
import { AUCTION_DOCUMENTS } from './auctions/auction-rules.js';
import { PROVIDER_DOCUMENTS } from './providers/provider-agreements.js';
import { LIQUIDATION_POLICY, type LiquidationPolicy } from './liquidation-policy.js';
import { chooseSlice, type Slice } from './slice/slice-choice.js';

/** What a writer of liquidation says when it starts: the reviewed rules of this repository. */
export const OPENING: Opening = {
  release: 'ballast 0.0.0',
  build: '0'.repeat(64),
  genesis: genesisOf(readHouseDocuments(), 'liquidation'),
};

/** The same with further documents, such as agreements of liquidity providers. */
function openingWith(...further: readonly { readonly kind: string; readonly id: string; readonly body: unknown }[]) {
  const documents = further.map((each) => ({ ...each, hash: documentHash(each.body) }));
  return { ...OPENING, genesis: { ...OPENING.genesis, documents: [...OPENING.genesis.documents, ...documents] } };
}

/** The reviewed rules, bodies of those documents that no log begins with, and how options are hedged, which the reviewed policy does not say. */
export const openingWithTakers = ({
  providers,
  auctions,
  hedge,
}: {
  readonly providers?: unknown;
  readonly auctions?: unknown;
  readonly hedge?: unknown;
}): Opening => {
  const opening = openingWith(
    ...(providers === undefined ? [] : [{ kind: PROVIDER_DOCUMENTS.kind, id: 'providers@1', body: providers }]),
    ...(auctions === undefined ? [] : [{ kind: AUCTION_DOCUMENTS.kind, id: 'auctions@1', body: auctions }]),
  );
  return hedge === undefined ? opening : withPolicy(opening, { hedge });
};

/** The policy that a log begins with, changed. */
function withPolicy({ genesis, ...opening }: Opening, change: object): Opening {
  const documents = genesis.documents.map((document) => {
    if (document.kind !== LIQUIDATION_POLICY.kind) return document;
    const body = { ...(document.body as object), ...change };
    return { ...document, body, hash: documentHash(body) };
  });
  return { ...opening, genesis: { ...genesis, documents } };
}

export const openingWithProviders = (providers: unknown): Opening => openingWithTakers({ providers });

const policyDocument = OPENING.genesis.documents.find(({ kind }) => kind === LIQUIDATION_POLICY.kind);
invariant(policyDocument, 'liquidation has a policy');

/** The policy of the reviewed rules. */
export const POLICY: LiquidationPolicy = LIQUIDATION_POLICY.of(policyDocument);

const perpetual = (id: InstrumentId, tick: string, lot: string): ContractSpecificationDocument => ({
  id,
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick,
  lot,
  cashStyle: 'marked-to-market',
  listedAt: '2020-01-01T00:00:00Z',
});

/** The perpetuals as the exchange lists them. */
export const LISTED: readonly ContractSpecificationDocument[] = [
  perpetual('BTC-PERP', '0.1', '0.001'),
  perpetual('ETH-PERP', '0.01', '0.01'),
];

/** The terms of contracts, the listed perpetuals among them. */
export const admitted = (...more: readonly ContractSpecificationDocument[]): CloseableContracts =>
  new Map([...LISTED, ...more].map((specification) => [specification.id, closeableContract(specification)]));

/** 2020-03-12T09:00:00Z */
export const START = 1_584_003_600_000;

/** W65: floors 0, 1M, 10M, 50M. */
export const BTC_BRACKETS: readonly Bracket[] = [
  { floor: '0', rate: '0.01561599', deduction: '0' },
  { floor: '1000000', rate: '0.01777221', deduction: '2156.22' },
  { floor: '10000000', rate: '0.023371104', deduction: '58145.16' },
  { floor: '50000000', rate: '0.0366331018', deduction: '721245.05' },
];

/** The defaults for bitcoin. */
export const LIQUIDATION_COST: LiquidationCostFigures = {
  spread: '0.0002',
  impact: '0.8',
  zeta: '0.5',
  participation: '0.05',
  fundShare: '0.5',
  operatingCost: '0.0005',
  penaltyMin: '0.001',
  penaltyMax: '0.03',
  averageDailyVolume: '20000000000',
};

export const linear = (rate: string): readonly Bracket[] => [{ floor: '0', rate, deduction: '0' }];

export function underlyingSchedule(
  underlying: Underlying,
  mark: string,
  maintenanceBrackets: readonly Bracket[] = BTC_BRACKETS,
): UnderlyingSchedule {
  return {
    underlying,
    status: 'LIVE',
    mark,
    scalarMeasured: '1',
    drivenBy: 'fast',
    scalar: '1',
    scalarEffective: '1',
    sigma: '0.03',
    logReturn: '0',
    logReturnAgeMs: 3_600_000,
    triggerThreshold: '0.01837117',
    triggered: { long: false, short: false },
    triggerScalar: { long: '0', short: '0' },
    liquidationScalar: { long: '1', short: '1' },
    maintenanceBrackets,
    notice: [{ parameters: 'avsl-default@1', scalar: '1', brackets: maintenanceBrackets }],
    trigger: { long: null, short: null },
    liquidationCost: LIQUIDATION_COST,
  };
}

export function scheduleInForce(
  number: number,
  underlyings: readonly UnderlyingSchedule[],
  status: PriceStatus = 'LIVE',
): MarginGlobalEvents['ScheduleInForce'] {
  return {
    number,
    priceSet: number,
    asOf: START + number * MINUTE_MS,
    parameters: 'avsl-default@1',
    targetHealth: '1.5',
    status,
    underlyings,
    collateral: [{ asset: 'USD', price: '1' }],
  };
}

/** A position as an assessment shows it: what it bears of the requirement is its notional at one rate. */
export function requirementOf(
  instrument: InstrumentId,
  quantity: string,
  mark: string,
  maintenanceRate: string,
  ownerNotional?: string,
): PositionRequirement {
  const notional = dec(quantity).abs().times(dec(mark));
  const maintenance = notional.times(dec(maintenanceRate));
  return {
    instrument,
    underlying: instrument.slice(0, 3),
    side: dec(quantity).gt(0) ? 'long' : 'short',
    quantity,
    mark,
    notional: text(notional),
    ownerNotional: ownerNotional ?? text(notional),
    maintenanceRate,
    liquidationRate: maintenanceRate,
    maintenance: text(maintenance),
    liquidation: text(maintenance),
    unrealisedPnl: '0',
  };
}

export function assessmentOf(
  accountId: string,
  equity: string,
  positions: readonly PositionRequirement[],
  { accountVersion = 1, schedule = 1 }: { readonly accountVersion?: number; readonly schedule?: number } = {},
): AssessmentDetail {
  const maintenance = roundUsd(sum(positions.map((position) => dec(position.maintenance))), 'requirement');
  const levelAt = (multiple: string): string => text(roundUsd(maintenance.times(multiple), 'requirement'));
  return {
    accountId,
    accountVersion,
    schedule,
    figures: {
      equity,
      initial: levelAt('2.5'),
      call: levelAt('2'),
      maintenance: text(maintenance),
      liquidation: text(maintenance),
    },
    clearedHolds: '0',
    collateral: [],
    positions,
    portfolio: {
      model: 'adaptive-portfolio@1',
      parameters: 'avsl-default@1',
      riskArrays: 1,
      worstScenario: 'BTC:down',
      scenarios: [],
      lines: [],
    },
  };
}

/** Everything that liquidation reads, its own logs included. */
type Foreign = MarginGlobalEvents &
  PricingEvents &
  MarginEvents &
  AccountsEvents &
  FundEvents &
  OrderReportEvents &
  LiquidationEvents &
  LiquidationGlobalEvents &
  OpeningEvents &
  DocumentEvents;

/** Numbers the entries of foreign logs, each partition and stream for itself. */
export class ForeignLogs {
  readonly #positions = new Map<string, number>();

  entry<T extends keyof Foreign>(
    log: string,
    partition: number,
    stream: string,
    type: T,
    payload: Foreign[T],
    clearing: number = START,
  ): LogEntry {
    const position = this.#next(`${log}/${partition}`);
    return {
      log,
      partition,
      position,
      id: `${log}/${partition}/${position}`,
      stream,
      version: this.#next(`${log}/${partition}/${stream}`),
      type,
      schemaVersion: 1,
      time: { clearing, hop: 1 },
      cause: { kind: 'command', id: 'fixture' },
      basis: [],
      correlation: 'fixture',
      actor: null,
      payload,
    };
  }

  schedule(payload: MarginGlobalEvents['ScheduleInForce']): LogEntry {
    return this.entry('margin', GLOBAL, 'schedule', 'ScheduleInForce', payload, payload.asOf);
  }

  /** The listed perpetuals, admitted by pricing. */
  admissions(...more: readonly ContractSpecificationDocument[]): readonly LogEntry[] {
    return [...LISTED, ...more].map((specification) =>
      this.entry('pricing', GLOBAL, `instrument-${specification.id}`, 'InstrumentAdmitted', { specification }),
    );
  }

  #next(key: string): number {
    const next = (this.#positions.get(key) ?? 0) + 1;
    this.#positions.set(key, next);
    return next;
  }
}

/** The slice of an account of which closing something frees something. */
export function chosenSlice(...of: Parameters<typeof chooseSlice>): Slice {
  const slice = chooseSlice(...of);
  invariant(slice, 'closing something frees something');
  return slice;
}
