import type { LogEntry } from '@ballast/event-sourcing';
import type {
  AccountMarginState,
  AccountsEvents,
  FundEvents,
  LiquidationEvents,
  MarginEvents,
  PriceStatus,
  PricingEvents,
} from '@ballast/facts';
import { Decimal, dec, MINUTE_MS, text, type DecimalString, type Instant } from '@ballast/kernel';
import { ContractsProjection, type ContractsPicture } from './contracts-picture.js';

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
  readonly marks: Readonly<Record<string, DecimalString>>;
  readonly states: Readonly<Record<AccountMarginState, number>>;
  /** Absent while nothing but linear perpetuals is listed. */
  readonly contracts?: ContractsPicture;
}

type Payload<Events, Type extends keyof Events> = Events[Type];

export class ClearingPictureProjection {
  #events = 0;
  #priceSets = 0;
  #degradedPriceSets = 0;
  #accounts = 0;
  #marginRuns = 0;
  #decisions = 0;
  #marginCalls = 0;
  #slices = 0;
  #withdrawalsSettled = 0;
  #withdrawalsRefused = 0;
  #restrictions = 0;
  #fundDraws = 0;
  #adl = 0;
  #clearing: Instant = 0;
  #priceStatus: PriceStatus | null = null;
  #shortfall = new Decimal(0);
  #contributed = new Decimal(0);
  #fundBalance = new Decimal(0);
  #liquidations = 0;
  readonly #bankruptCases = new Set<string>();
  readonly #callsLiquidated = new Set<string>();
  readonly #leadTimesMs: number[] = [];
  readonly #marks = new Map<string, DecimalString>();
  readonly #statesByPartition = new Map<number, Readonly<Record<AccountMarginState, number>>>();
  readonly #contracts = new ContractsProjection();

  apply(entry: LogEntry): void {
    this.#contracts.apply(entry);
    this.#events += 1;
    this.#clearing = Math.max(this.#clearing, entry.time.clearing);
    switch (entry.type) {
      case 'PriceSetPublished': {
        const prices = entry.payload as Payload<PricingEvents, 'PriceSetPublished'>;
        this.#priceSets += 1;
        if (prices.status === 'DEGRADED') this.#degradedPriceSets += 1;
        this.#priceStatus = prices.status;
        for (const { instrument, mark } of prices.marks) this.#marks.set(instrument, mark);
        return;
      }
      case 'AccountOpened':
        this.#accounts += 1;
        return;
      case 'WithdrawalSettled':
        this.#withdrawalsSettled += 1;
        return;
      case 'WithdrawalRefused':
        this.#withdrawalsRefused += 1;
        return;
      case 'MarginRunCompleted': {
        const run = entry.payload as Payload<MarginEvents, 'MarginRunCompleted'>;
        this.#marginRuns += 1;
        this.#decisions += run.assessed;
        this.#statesByPartition.set(entry.partition, run.states);
        return;
      }
      case 'AccountStateChanged': {
        const { to } = entry.payload as Payload<MarginEvents, 'AccountStateChanged'>;
        if (to === 'RESTRICTED') this.#restrictions += 1;
        return;
      }
      case 'MarginCallIssued':
        this.#marginCalls += 1;
        return;
      case 'LiquidationTriggered': {
        const { call } = entry.payload as Payload<MarginEvents, 'LiquidationTriggered'>;
        this.#liquidations += 1;
        if (call !== null) {
          this.#callsLiquidated.add(call.callId);
          this.#leadTimesMs.push(entry.time.clearing - call.issuedAt);
        }
        return;
      }
      case 'CloseOutOrderPlaced':
        this.#slices += 1;
        return;
      case 'FundDrawRequested': {
        const draw = entry.payload as Payload<LiquidationEvents, 'FundDrawRequested'>;
        if (draw.purpose === 'BankruptcyDeficit') this.#bankruptCases.add(draw.caseId);
        return;
      }
      case 'UncoveredLossBooked':
        this.#shortfall = this.#shortfall.plus(
          (entry.payload as Payload<AccountsEvents, 'UncoveredLossBooked'>).amount,
        );
        return;
      case 'UncoveredLossRecovered':
        this.#shortfall = this.#shortfall.minus(
          (entry.payload as Payload<AccountsEvents, 'UncoveredLossRecovered'>).amount,
        );
        return;
      case 'LossRecovered':
        this.#fundBalance = dec((entry.payload as Payload<FundEvents, 'LossRecovered'>).balance);
        return;
      case 'AdlBooked': {
        const adl = entry.payload as Payload<AccountsEvents, 'AdlBooked'>;
        if (adl.role === 'candidate' && !dec(adl.quantity).isZero()) this.#adl += 1;
        return;
      }
      case 'FundCredited': {
        const credit = entry.payload as Payload<FundEvents, 'FundCredited'>;
        if (credit.reason === 'contribution') this.#contributed = this.#contributed.plus(credit.amount);
        this.#fundBalance = dec(credit.balance);
        return;
      }
      case 'FundDrawGranted': {
        const grant = entry.payload as Payload<FundEvents, 'FundDrawGranted'>;
        if (!dec(grant.granted).isZero()) this.#fundDraws += 1;
        this.#fundBalance = dec(grant.balance);
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
    for (const partition of this.#statesByPartition.values()) {
      for (const state of Object.keys(states) as AccountMarginState[]) states[state] += partition[state];
    }
    const contracts = this.#contracts.picture;
    return {
      events: this.#events,
      priceSets: this.#priceSets,
      degradedPriceSets: this.#degradedPriceSets,
      accounts: this.#accounts,
      marginRuns: this.#marginRuns,
      decisions: this.#decisions,
      marginCalls: this.#marginCalls,
      liquidations: this.#liquidations,
      slices: this.#slices,
      bankruptcies: this.#bankruptCases.size,
      withdrawalsSettled: this.#withdrawalsSettled,
      withdrawalsRefused: this.#withdrawalsRefused,
      restrictions: this.#restrictions,
      shortfall: text(this.#shortfall),
      fund: { opening: text(this.#contributed), closing: text(this.#fundBalance) },
      fundDraws: this.#fundDraws,
      adl: this.#adl,
      calledFirstShare: this.#shareCalled(MINUTE_MS),
      calledQuarterHourShare: this.#shareCalled(15 * MINUTE_MS),
      callsWithoutLiquidation: this.#marginCalls - this.#callsLiquidated.size,
      medianLeadTimeSeconds: medianSeconds(this.#leadTimesMs),
      clearing: this.#clearing,
      priceStatus: this.#priceStatus,
      marks: Object.fromEntries(this.#marks),
      states,
      ...(contracts === null ? {} : { contracts }),
    };
  }

  /** Share of the liquidations that a call preceded by so much. */
  #shareCalled(leastLeadMs: number): DecimalString | null {
    if (this.#liquidations === 0) return null;
    const called = this.#leadTimesMs.filter((lead) => lead >= leastLeadMs).length;
    return text(new Decimal(called).div(this.#liquidations).toDecimalPlaces(4));
  }
}

/** Median in whole seconds; of an even number the lower of the two middle ones. */
function medianSeconds(valuesMs: readonly number[]): number | null {
  if (valuesMs.length === 0) return null;
  const sorted = [...valuesMs].sort((a, b) => a - b);
  return Math.floor((sorted[Math.floor((sorted.length - 1) / 2)] as number) / 1000);
}
