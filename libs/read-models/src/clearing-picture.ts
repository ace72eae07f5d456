import type { LogEntry } from '@ballast/event-sourcing';
import type {
  AccountMarginState,
  AccountsEvents,
  FundEvents,
  LiquidationEvents,
  MarginEvents,
  PriceJump,
  PriceStatus,
  PricingEvents,
} from '@ballast/facts';
import { Decimal, dec, MINUTE_MS, text, ZERO, type DecimalString, type Instant } from '@ballast/kernel';
import { ContractsProjection, type ContractsPicture, type KeptContracts } from './contracts-picture.js';

/** What happened in a clearing house so far, in figures; one fold over all four logs, whatever order they come in. */
export interface ClearingPicture {
  readonly events: number;
  readonly priceSets: number;
  readonly degradedPriceSets: number;
  readonly accounts: number;
  readonly marginRuns: number;
  /** Assessments of accounts, the quiet ones included. */
  readonly decisions: number;
  readonly marginCalls: number;
  readonly liquidations: number;
  readonly slices: number;
  /** Liquidations that asked the fund for a deficit. */
  readonly bankruptcies: number;
  readonly withdrawalsSettled: number;
  readonly withdrawalsRefused: number;
  readonly restrictions: number;
  /** Losses that nobody paid, USD. */
  readonly shortfall: DecimalString;
  readonly fund: { readonly opening: DecimalString; readonly closing: DecimalString };
  readonly fundDraws: number;
  /** Take-overs by liquidity providers. */
  readonly takeOvers: number;
  /** Positions reduced by auto-deleveraging. */
  readonly adl: number;
  /** Share of the liquidations that a margin call preceded by a minute at least; null without liquidations. */
  readonly calledFirstShare: DecimalString | null;
  /** The same by a quarter of an hour at least. */
  readonly calledQuarterHourShare: DecimalString | null;
  /** Margin calls that no liquidation followed while they were open. */
  readonly callsWithoutLiquidation: number;
  /** Median of the time between that call and the liquidation. */
  readonly medianLeadTimeSeconds: number | null;
  readonly clearing: Instant;
  readonly priceStatus: PriceStatus | null;
  /** Of the newest price set, by underlying: where the sources stand and are not believed. */
  readonly priceJumps: Readonly<Record<string, PriceJump>>;
  readonly marks: Readonly<Record<string, DecimalString>>;
  readonly states: Readonly<Record<AccountMarginState, number>>;
  /** Absent while nothing but linear perpetuals is listed. */
  readonly contracts?: ContractsPicture;
}

type Payload<Events, Type extends keyof Events> = Events[Type];

/** What the picture is made of; plain, so that it can be written down. */
interface Sums {
  events: number;
  priceSets: number;
  degradedPriceSets: number;
  accounts: number;
  marginRuns: number;
  decisions: number;
  marginCalls: number;
  slices: number;
  withdrawalsSettled: number;
  withdrawalsRefused: number;
  restrictions: number;
  fundDraws: number;
  takeOvers: number;
  adl: number;
  clearing: Instant;
  priceStatus: PriceStatus | null;
  priceJumps: Readonly<Record<string, PriceJump>>;
  shortfall: Decimal;
  contributed: Decimal;
  fundBalance: Decimal;
  liquidations: number;
  readonly bankruptCases: Set<string>;
  readonly callsLiquidated: Set<string>;
  readonly leadTimesMs: number[];
  readonly marks: Map<string, DecimalString>;
  readonly statesByPartition: Map<number, Readonly<Record<AccountMarginState, number>>>;
}

const nothing = (): Sums => ({
  events: 0,
  priceSets: 0,
  degradedPriceSets: 0,
  accounts: 0,
  marginRuns: 0,
  decisions: 0,
  marginCalls: 0,
  slices: 0,
  withdrawalsSettled: 0,
  withdrawalsRefused: 0,
  restrictions: 0,
  fundDraws: 0,
  takeOvers: 0,
  adl: 0,
  clearing: 0,
  priceStatus: null,
  priceJumps: {},
  shortfall: ZERO,
  contributed: ZERO,
  fundBalance: ZERO,
  liquidations: 0,
  bankruptCases: new Set(),
  callsLiquidated: new Set(),
  leadTimesMs: [],
  marks: new Map(),
  statesByPartition: new Map(),
});

/** A projection as it can be written down and gone on from. */
export interface KeptPicture {
  readonly sums: Sums;
  readonly contracts: KeptContracts;
}

export class ClearingPictureProjection {
  readonly #sums: Sums;
  readonly #contracts: ContractsProjection;

  /** @param kept what another one gave, to go on from there */
  constructor(kept?: KeptPicture) {
    this.#sums = kept?.sums ?? nothing();
    this.#contracts = new ContractsProjection(kept?.contracts);
  }

  get kept(): KeptPicture {
    return { sums: this.#sums, contracts: this.#contracts.kept };
  }

  apply(entry: LogEntry): void {
    this.#contracts.apply(entry);
    this.#sums.events += 1;
    this.#sums.clearing = Math.max(this.#sums.clearing, entry.time.clearing);
    switch (entry.type) {
      case 'PriceSetPublished': {
        const prices = entry.payload as Payload<PricingEvents, 'PriceSetPublished'>;
        this.#sums.priceSets += 1;
        if (prices.status === 'DEGRADED') this.#sums.degradedPriceSets += 1;
        this.#sums.priceStatus = prices.status;
        this.#sums.priceJumps = jumpsOf(prices);
        for (const { instrument, mark } of prices.marks) this.#sums.marks.set(instrument, mark);
        return;
      }
      case 'AccountOpened':
        this.#sums.accounts += 1;
        return;
      case 'WithdrawalSettled':
        // A transfer stays in the house.
        if ((entry.payload as Payload<AccountsEvents, 'WithdrawalSettled'>).to === undefined) {
          this.#sums.withdrawalsSettled += 1;
        }
        return;
      case 'WithdrawalRefused':
        this.#sums.withdrawalsRefused += 1;
        return;
      case 'MarginRunCompleted': {
        const run = entry.payload as Payload<MarginEvents, 'MarginRunCompleted'>;
        this.#sums.marginRuns += 1;
        this.#sums.decisions += run.assessed;
        this.#sums.statesByPartition.set(entry.partition, run.states);
        return;
      }
      case 'AccountStateChanged': {
        const { to } = entry.payload as Payload<MarginEvents, 'AccountStateChanged'>;
        if (to === 'RESTRICTED') this.#sums.restrictions += 1;
        return;
      }
      case 'MarginCallIssued':
        this.#sums.marginCalls += 1;
        return;
      case 'LiquidationTriggered': {
        const { call } = entry.payload as Payload<MarginEvents, 'LiquidationTriggered'>;
        this.#sums.liquidations += 1;
        if (call !== null) {
          this.#sums.callsLiquidated.add(call.callId);
          this.#sums.leadTimesMs.push(entry.time.clearing - call.issuedAt);
        }
        return;
      }
      case 'CloseOutOrderPlaced':
        this.#sums.slices += 1;
        return;
      case 'FundDrawRequested': {
        const draw = entry.payload as Payload<LiquidationEvents, 'FundDrawRequested'>;
        if (draw.purpose === 'BankruptcyDeficit') this.#sums.bankruptCases.add(draw.caseId);
        return;
      }
      case 'UncoveredLossBooked':
        this.#sums.shortfall = this.#sums.shortfall.plus(
          (entry.payload as Payload<AccountsEvents, 'UncoveredLossBooked'>).amount,
        );
        return;
      case 'UncoveredLossRecovered':
        this.#sums.shortfall = this.#sums.shortfall.minus(
          (entry.payload as Payload<AccountsEvents, 'UncoveredLossRecovered'>).amount,
        );
        return;
      case 'LossRecovered':
      case 'RepaymentBooked':
        this.#sums.fundBalance = dec(
          (entry.payload as Payload<FundEvents, 'LossRecovered' | 'RepaymentBooked'>).balance,
        );
        return;
      case 'ProviderTradeBooked': {
        const trade = entry.payload as Payload<AccountsEvents, 'ProviderTradeBooked'>;
        if (trade.role === 'provider' && !dec(trade.quantity).isZero()) this.#sums.takeOvers += 1;
        return;
      }
      case 'AdlBooked': {
        const adl = entry.payload as Payload<AccountsEvents, 'AdlBooked'>;
        if (adl.role === 'candidate' && !dec(adl.quantity).isZero()) this.#sums.adl += 1;
        return;
      }
      case 'FundCredited': {
        const credit = entry.payload as Payload<FundEvents, 'FundCredited'>;
        if (credit.reason === 'contribution') this.#sums.contributed = this.#sums.contributed.plus(credit.amount);
        this.#sums.fundBalance = dec(credit.balance);
        return;
      }
      case 'FundDrawGranted': {
        const grant = entry.payload as Payload<FundEvents, 'FundDrawGranted'>;
        if (!dec(grant.granted).isZero()) this.#sums.fundDraws += 1;
        this.#sums.fundBalance = dec(grant.balance);
        return;
      }
      default:
        return;
    }
  }

  get picture(): ClearingPicture {
    const states: Record<AccountMarginState, number> = {
      HEALTHY: 0,
      WARN: 0,
      MARGIN_CALL: 0,
      RESTRICTED: 0,
      LIQUIDATING: 0,
    };
    for (const partition of this.#sums.statesByPartition.values()) {
      for (const state of Object.keys(states) as AccountMarginState[]) states[state] += partition[state];
    }
    const contracts = this.#contracts.picture;
    return {
      events: this.#sums.events,
      priceSets: this.#sums.priceSets,
      degradedPriceSets: this.#sums.degradedPriceSets,
      accounts: this.#sums.accounts,
      marginRuns: this.#sums.marginRuns,
      decisions: this.#sums.decisions,
      marginCalls: this.#sums.marginCalls,
      liquidations: this.#sums.liquidations,
      slices: this.#sums.slices,
      bankruptcies: this.#sums.bankruptCases.size,
      withdrawalsSettled: this.#sums.withdrawalsSettled,
      withdrawalsRefused: this.#sums.withdrawalsRefused,
      restrictions: this.#sums.restrictions,
      shortfall: text(this.#sums.shortfall),
      fund: { opening: text(this.#sums.contributed), closing: text(this.#sums.fundBalance) },
      fundDraws: this.#sums.fundDraws,
      takeOvers: this.#sums.takeOvers,
      adl: this.#sums.adl,
      calledFirstShare: this.#shareCalled(MINUTE_MS),
      calledQuarterHourShare: this.#shareCalled(15 * MINUTE_MS),
      callsWithoutLiquidation: this.#sums.marginCalls - this.#sums.callsLiquidated.size,
      medianLeadTimeSeconds: medianSeconds(this.#sums.leadTimesMs),
      clearing: this.#sums.clearing,
      priceStatus: this.#sums.priceStatus,
      priceJumps: this.#sums.priceJumps,
      marks: Object.fromEntries(this.#sums.marks),
      states,
      ...(contracts === null ? {} : { contracts }),
    };
  }

  /** Share of the liquidations that a call preceded by so much. */
  #shareCalled(leastLeadMs: number): DecimalString | null {
    if (this.#sums.liquidations === 0) return null;
    const called = this.#sums.leadTimesMs.filter((lead) => lead >= leastLeadMs).length;
    return text(dec(called).div(this.#sums.liquidations).toDecimalPlaces(4));
  }
}

const jumpsOf = ({ underlyings }: PricingEvents['PriceSetPublished']): Readonly<Record<string, PriceJump>> =>
  Object.fromEntries(
    Object.entries(underlyings).flatMap(([underlying, { jump }]) => (jump === undefined ? [] : [[underlying, jump]])),
  );

/** Median in whole seconds; of an even number the lower of the two middle ones. */
function medianSeconds(valuesMs: readonly number[]): number | null {
  if (valuesMs.length === 0) return null;
  const sorted = [...valuesMs].sort((a, b) => a - b);
  return Math.floor((sorted[Math.floor((sorted.length - 1) / 2)] as number) / 1000);
}
