import { documentHash } from '@ballast/documents/testing';
import { parseInstrumentId, readContractSpecification, type ContractSpecification } from '@ballast/instruments';
import type {
  AccountsCommands,
  AccountsEvents,
  AdlEvents,
  ProviderEvents,
  AssessmentDetail,
  ContractSpecificationDocument,
  DocumentCommands,
  DocumentEvents,
  FillEvents,
  FundEvents,
  LiquidationEvents,
  MarginEvents,
  MarginFigures,
  PricingEvents,
  TransferEvents,
} from '@ballast/facts';
import {
  GLOBAL,
  PartitionMachine,
  type CommandResult,
  type HouseDocument,
  type LogEntry,
  type Opening,
  type PartitionProcess,
  type SealedEvent,
} from '@ballast/event-sourcing';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { partitionOfAccount } from '@ballast/kernel';
import { accountsProcess } from './accounts.process.js';
import type { AccountsState } from './accounts.state.js';
import type { KeptAsset } from './ledger/assets.js';
import { fundProcess } from './fund/fund.process.js';
import type { FundState } from './fund/fund.state.js';

/** Facts of pricing that accounts acts upon. */
export type PricingType =
  | 'FundingRateFixed'
  | 'HouseModeChanged'
  | 'InstrumentDelisted'
  | 'InstrumentAdmitted'
  | 'PriceSetPublished'
  | 'VariationPriceFixed'
  | 'SettlementPriceFixed';

/** Payloads of everything that the fixtures can send, by type. */
export type Messages = AccountsCommands &
  FillEvents &
  TransferEvents &
  Pick<PricingEvents, PricingType> &
  MarginEvents &
  LiquidationEvents &
  AdlEvents &
  ProviderEvents &
  FundEvents &
  DocumentCommands &
  DocumentEvents &
  Pick<AccountsEvents, 'PenaltyRemainderSent' | 'FundContributionForwarded' | 'UncoveredLossBooked'>;

/** Which log a type comes in. */
const PRICING_TYPES: readonly PricingType[] = [
  'FundingRateFixed',
  'HouseModeChanged',
  'InstrumentDelisted',
  'InstrumentAdmitted',
  'PriceSetPublished',
  'VariationPriceFixed',
  'SettlementPriceFixed',
];
const GLOBAL_TYPES: readonly string[] = [
  ...PRICING_TYPES,
  'ProviderRoundExecuted',
  'ProviderRoundClosed',
  'AdlRoundOpened',
  'AdlExecuted',
  'AdlRoundClosed',
  'FundCredited',
  'FundDrawGranted',
  'LossRecovered',
  'DocumentProposed',
  'DocumentApproved',
];
const LOGS: Readonly<Record<string, readonly string[]>> = {
  'accounts.commands': [
    'OpenAccount',
    'Deposit',
    'RequestWithdrawal',
    'RequestTransfer',
    'ChangeAccountStanding',
    'ChooseMarginModel',
    'ChangeSetOffAgreement',
    'ProposeDocument',
    'ApproveDocument',
  ],
  'exchange.fills': ['TradeFilled'],
  'exchange.transfers': [
    'AccountOpeningRequested',
    'DepositReceived',
    'WithdrawalRequested',
    'FundContributionReceived',
  ],
  pricing: PRICING_TYPES,
  margin: [
    'AccountStateChanged',
    'LiquidationTriggered',
    'WithdrawalCleared',
    'WithdrawalRefused',
    'SetOffCleared',
    'VariationGainsJudged',
  ],
  accounts: [
    'FundCredited',
    'FundDrawGranted',
    'DocumentProposed',
    'DocumentApproved',
    'PenaltyRemainderSent',
    'FundContributionForwarded',
    'UncoveredLossBooked',
    'LossRecovered',
  ],
};

const DOCUMENTS = readHouseDocuments();

/** Body of the bundled document of a kind. */
export const bundled = (kind: string): unknown => DOCUMENTS.accounts.find((document) => document.kind === kind)?.body;

/** What the writer of a partition brings along: the bundled rules, or others in their place. */
export const anOpening = (documents: readonly HouseDocument[] = DOCUMENTS.accounts): Opening => ({
  release: 'test@1',
  build: '0'.repeat(64),
  genesis: { ...genesisOf(DOCUMENTS, 'accounts'), documents },
});

const logOf = (type: string): string => Object.keys(LOGS).find((log) => LOGS[log]?.includes(type)) ?? 'liquidation';

/** A message that may be damaged. */
interface Message {
  readonly type: string;
  readonly payload: unknown;
  readonly partition?: number | undefined;
  readonly log?: string;
  readonly actor?: string | null;
}

/** A machine that is fed by hand; it numbers its inputs and keeps everything for rebuild and comparison. */
export class Desk<State> {
  readonly machine: PartitionMachine<State>;
  /** Inputs and own events in the order in which they were applied. */
  readonly timeline: ({ readonly input: LogEntry; readonly endsItem: boolean } | { readonly event: SealedEvent })[] =
    [];
  result: CommandResult | undefined;
  /** Clearing time of what is taken from now on. */
  clearing = 1_584_000_000_000;
  /** Called after each own event. */
  afterEvent: (event: SealedEvent, state: State) => void = () => undefined;

  constructor(
    readonly process: PartitionProcess<State>,
    readonly partition: number,
    readonly partitions: number,
    readonly opening = anOpening(),
  ) {
    this.machine = new PartitionMachine(
      {
        ...process,
        evolve: (state, event) => (process.evolve(state, event), this.afterEvent(event as SealedEvent, state)),
      },
      partition,
      partitions,
    );
    this.machine.open(opening);
    this.#drain();
  }

  get state(): State {
    return this.machine.state;
  }

  get events(): SealedEvent[] {
    return this.timeline.flatMap((entry) => ('event' in entry ? [entry.event] : []));
  }

  /** Delivers one message as the next of its log and returns what followed. */
  take<Type extends keyof Messages>(type: Type, payload: Messages[Type], partition?: number): SealedEvent[] {
    return this.takeAny(type, payload, partition);
  }

  /** Delivers a message that may be damaged. */
  takeAny(
    type: string,
    payload: unknown,
    partition?: number,
    log = logOf(type),
    actor: string | null = null,
  ): SealedEvent[] {
    return this.deliver(this.#inputOf({ type, payload, partition, log, actor }));
  }

  /** Delivers messages as one item: what follows at its end follows from all of them. */
  takeTogether(messages: readonly Message[]): SealedEvent[] {
    return messages.flatMap((message, index) => this.deliver(this.#inputOf(message), index === messages.length - 1));
  }

  #inputOf({ type, payload, partition, log = logOf(type), actor = null }: Message): LogEntry {
    const source = partition ?? (GLOBAL_TYPES.includes(type) ? GLOBAL : this.partition);
    const position = this.machine.cursor(log, source) + 1;
    return {
      log,
      partition: source,
      position,
      id: `${log}/${source}/${position}`,
      stream: 'any',
      version: position,
      type,
      schemaVersion: 1,
      time: { clearing: this.clearing, hop: 0 },
      cause: { kind: 'command', id: 'test' },
      basis: [],
      correlation: 'test',
      actor,
      payload,
    };
  }

  deliver(input: LogEntry, endsItem = true): SealedEvent[] {
    this.timeline.push({ input, endsItem });
    this.result = this.machine.accept(input);
    if (endsItem) this.machine.settle();
    return this.#drain();
  }

  #drain(): SealedEvent[] {
    const { events } = this.machine.drain();
    for (const event of events) this.timeline.push({ event });
    return [...events];
  }

  /** A second machine that is rebuilt from inputs and own events, nothing being decided. */
  rebuilt(): PartitionMachine<State> {
    const machine = new PartitionMachine(this.process, this.partition, this.partitions);
    for (const entry of this.timeline) {
      if ('input' in entry) machine.recall(entry.input);
      else machine.recallOwn(entry.event);
    }
    return machine;
  }

  /** A second machine that decides everything again. */
  replayed(): Desk<State> {
    const desk = new Desk(this.process, this.partition, this.partitions, this.opening);
    for (const entry of this.timeline) if ('input' in entry) desk.deliver(entry.input, entry.endsItem);
    return desk;
  }
}

/** A desk that clears the two linear perpetuals. */
export function accountsDesk(partition = 0, partitions = 1, documents?: readonly HouseDocument[]): Desk<AccountsState> {
  const desk = new Desk(accountsProcess, partition, partitions, anOpening(documents));
  for (const id of ['BTC-PERP', 'ETH-PERP']) desk.take('InstrumentAdmitted', { specification: aSpecification(id) });
  return desk;
}

/** The bundled rules with changes of the waterfall. */
export const rulesWith = (waterfall: object): readonly HouseDocument[] =>
  DOCUMENTS.accounts.map((each) => (each.kind === 'loss-waterfall' ? changedDocument(each, waterfall) : each));

/** @param waterfall changes of the bundled waterfall */
export const fundDesk = (waterfall: object = {}, partitions = 1): Desk<FundState> =>
  new Desk(fundProcess, GLOBAL, partitions, anOpening(rulesWith(waterfall)));

function changedDocument(document: HouseDocument, changes: object): HouseDocument {
  const body = { ...(document.body as object), ...changes };
  return { ...document, body, hash: documentHash(body) };
}

/** The bundled list of assets with other terms for one of them. */
export function assetsWith(asset: string, terms: Partial<KeptAsset>): { readonly assets: Record<string, KeptAsset> } {
  const { assets } = bundled('assets') as { readonly assets: Record<string, KeptAsset> };
  const present = assets[asset] ?? { minorUnitDigits: 8, depositsOpen: true, withdrawalsOpen: true };
  return { assets: { ...assets, [asset]: { ...present, ...terms } } };
}

/** A person proposes a document and another approves it; returns what followed from both. */
export function approve(fund: Desk<FundState>, kind: string, id: string, body: unknown): SealedEvent[] {
  const command = (type: 'ProposeDocument' | 'ApproveDocument', payload: unknown, actor: string) =>
    fund.takeAny(type, payload, GLOBAL, 'accounts.commands', actor);
  const proposed = command('ProposeDocument', { proposalId: id, kind, id, body, reason: 'because' }, 'ann');
  return [...proposed, ...command('ApproveDocument', { proposalId: id }, 'ben')];
}

/** A desk with open accounts that hold the given USD. */
export function deskWith(usdByAccount: Readonly<Record<string, string>>): Desk<AccountsState> {
  const desk = accountsDesk();
  for (const [accountId, amount] of Object.entries(usdByAccount)) {
    desk.take('AccountOpeningRequested', { accountId });
    if (amount !== '0')
      desk.take('DepositReceived', { depositId: `start-${accountId}`, accountId, asset: 'USD', amount });
  }
  return desk;
}

/** First account name of an owner that lives in the given partition. */
export function accountIn(partition: number, partitions: number, name: string): string {
  for (let n = 0; ; n++) {
    const accountId = `${name}${n}.main`;
    if (partitionOfAccount(accountId, partitions) === partition) return accountId;
  }
}

let tradeNumber = 0;

/** A taker's fill of one bitcoin perpetual at 50,000, unless said otherwise. */
export const aFill = (
  changes: Partial<FillEvents['TradeFilled']> & { readonly accountId: string },
): FillEvents['TradeFilled'] => ({
  tradeId: `trade-${(tradeNumber += 1)}`,
  instrument: 'BTC-PERP',
  side: 'buy',
  quantity: '1',
  price: '50000',
  liquidity: 'taker',
  closeOutOrder: null,
  ...changes,
});

/** Terms of a contract with the usual figures; name only what matters to the case. */
export function aSpecification(
  id: string,
  changes: Partial<ContractSpecificationDocument> = {},
): ContractSpecificationDocument {
  const { kind, settlement, underlying } = parseInstrumentId(id);
  return {
    id,
    contractSize: '1',
    quoteAsset: 'USD',
    settlementAsset: settlement === 'linear' ? 'USD' : underlying,
    tick: '0.0001',
    lot: kind === 'perpetual' ? '0.00000001' : '0.0001',
    cashStyle: kind === 'option' ? 'premium' : 'marked-to-market',
    ...(kind === 'perpetual' ? {} : { deliveryFee: { rate: '0.00015', capOfValue: '0.125' } }),
    listedAt: '2020-01-01T00:00:00Z',
    ...changes,
  };
}

/** The same, read. */
export const aContract = (id: string, changes: Partial<ContractSpecificationDocument> = {}): ContractSpecification =>
  readContractSpecification(aSpecification(id, changes));

/** A price set of which accounts reads the index only. */
export const aPriceSet = (index: string): PricingEvents['PriceSetPublished'] => ({
  number: 1,
  asOf: 1_584_000_000_000,
  status: 'LIVE',
  underlyings: {
    BTC: { status: 'LIVE', index, inputs: [], median: index, volatility: { fast: '0.03', slow: '0.03' } },
  },
  marks: [],
});

export const aFundingRate = (
  changes: Partial<PricingEvents['FundingRateFixed']> = {},
): PricingEvents['FundingRateFixed'] => ({
  instrument: 'BTC-PERP',
  dueAt: 1_584_000_000_000,
  rate: '0.0001',
  mark: '50000',
  cumulativeIndex: '5',
  samples: 96,
  ...changes,
});

/** A close-out order that sells one bitcoin perpetual at the mark of 50,000 and 0.5 %, unless said otherwise. */
export const aCloseOutOrder = (
  changes: Partial<LiquidationEvents['CloseOutOrderPlaced']> & { readonly accountId: string },
): LiquidationEvents['CloseOutOrderPlaced'] => ({
  caseId: `${changes.accountId}#1`,
  slice: 1,
  instrument: 'BTC-PERP',
  side: 'sell',
  quantity: '1',
  mark: '50000',
  limit: '0',
  policy: 'close-out-default@1',
  equityRate: '0.01',
  bearableRate: '0',
  theta: '0.8',
  modelledRate: '0.005',
  provisionalRate: '0.005',
  executionRate: '0.0013',
  timeRate: '0.0019',
  expected: { rate: '0.0013', from: 'parameters' },
  fundShare: '0.5',
  operatingCost: '0.0005',
  requirementFreed: '0',
  health: '0.9',
  schedule: 1,
  accountVersion: 1,
  settlement: { asset: 'USD', notional: changes.mark ?? '50000', assetPrice: '1' },
  ...changes,
});

/** The final cost of the slice of that order; accounts reads the true-up only. */
export const anAssessedCost = (
  changes: Partial<LiquidationEvents['LiquidationCostAssessed']> & { readonly accountId: string },
): LiquidationEvents['LiquidationCostAssessed'] => ({
  caseId: `${changes.accountId}#1`,
  order: { partition: 0, position: 1 },
  closedQuantity: '1',
  closedNotional: '50000',
  equityRate: '0.01',
  slippage: '0',
  realisedRate: '0',
  finalRate: '0.005',
  charged: '250',
  penalty: '250',
  trueUp: '0',
  reward: '160',
  ...changes,
});

export const noFigures: MarginFigures = { equity: '0', initial: '0', call: '0', maintenance: '0', liquidation: '0' };

/** An assessment in which nothing stands that accounts would read. */
export const anAssessment = (accountId: string): AssessmentDetail => ({
  accountId,
  accountVersion: 1,
  schedule: 1,
  figures: noFigures,
  clearedHolds: '0',
  collateral: [],
  positions: [],
  portfolio: {
    model: 'adaptive-portfolio@1',
    parameters: 'avsl-default@1',
    riskArrays: 0,
    worstScenario: null,
    scenarios: [],
    lines: [],
  },
});

/** Margin's yes to a withdrawal, judged at the given account version. */
export const aClearance = (
  accountId: string,
  withdrawalId: string,
  accountVersion: number,
  attempt = 1,
): MarginEvents['WithdrawalCleared'] => ({
  withdrawalId,
  attempt,
  accountId,
  accountVersion,
  schedule: 1,
  figures: noFigures,
});

/** Approved rules reach a numbered partition. */
export function takeRules(desk: Desk<AccountsState>, kind: string, body: unknown, id = `${kind}-default@2`): void {
  for (const { type, payload, actor } of approve(fundDesk(), kind, id, body)) {
    desk.takeAny(type, payload, GLOBAL, 'accounts', actor);
  }
}

/** Payload of an event of the given type, or a failure of the test. */
export function payloadOf<Type extends keyof AccountsEvents>(
  events: readonly LogEntry[],
  type: Type,
): AccountsEvents[Type] {
  const found = events.find((event) => event.type === type);
  if (found === undefined) throw new Error(`no ${type} among ${events.map((event) => event.type).join(', ')}`);
  return found.payload as AccountsEvents[Type];
}
