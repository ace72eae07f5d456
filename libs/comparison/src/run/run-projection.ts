import type { LogEntry } from '@ballast/event-sourcing';
import type { Scenario } from '@ballast/exchange-simulator-domain';
import type {
  AccountsEvents,
  AdlEvents,
  FundEvents,
  InstrumentId,
  LiquidationEvents,
  MarginEvents,
  MarginGlobalEvents,
  PricingEvents,
  Underlying,
} from '@ballast/facts';
import { DAY_MS, type Instant } from '@ballast/kernel';
import { ClearingPictureProjection } from '@ballast/read-models';
import { DeleveragingMeasure } from './deleveraging-measure.js';
import { couldBeHeld } from './held-on.js';
import type { RunMeasures } from './run-measures.js';

type Payload<Events, Type extends keyof Events> = Events[Type];

const at = ({ partition, position }: { readonly partition: number; readonly position: number }): string =>
  `${partition}/${position}`;

/** What the events of a run say about its rule. */
export class RunProjection {
  readonly #picture = new ClearingPictureProjection();
  readonly #quantities = new Map<string, number>();
  readonly #longs = new Map<InstrumentId, number>();
  readonly #underlyingOf = new Map<InstrumentId, Underlying>();
  readonly #dailyFlow = new Map<Underlying, number>();
  readonly #closedAt = new Map<string, number>();
  readonly #orders = new Map<string, { readonly rate: number; readonly instrument: InstrumentId }>();
  readonly #deleveraging = new DeleveragingMeasure();
  readonly #endHealths: number[] = [];
  readonly #assessedBy = new Map<string, number>();
  #peak = 0;
  #needless = 0;
  #closed = 0;
  #slippage = 0;
  #modelled = 0;
  #pace = 0;
  #takenOver = 0;
  readonly #paid: Record<Payload<FundEvents, 'LossStepTaken'>['step'], number> = {
    'product-reserve': 0,
    'global-fund': 0,
    'house-tranche': 0,
  };

  constructor(
    private readonly scenario: Scenario,
    private readonly model: string,
    /** Of the close-out policy, fraction of the mark. */
    private readonly deleveragingDistance: number,
  ) {}

  apply(entry: LogEntry): void {
    if (entry.log.startsWith('exchange.')) return;
    this.#picture.apply(entry);
    switch (entry.type) {
      case 'PositionChanged':
      case 'AdlBooked':
      case 'TradeReversed':
        return this.#hold(entry.stream, (entry.payload as Payload<AccountsEvents, 'PositionChanged'>).position);
      case 'AccountImported': {
        const { positions } = entry.payload as Payload<AccountsEvents, 'AccountImported'>;
        for (const position of positions) this.#hold(entry.stream, position);
        return;
      }
      case 'ProviderTradeBooked': {
        const trade = entry.payload as Payload<AccountsEvents, 'ProviderTradeBooked'>;
        if (trade.role === 'provider' && this.#underlyingOf.has(trade.instrument)) {
          this.#takenOver += Number(trade.quantity) * Number(trade.price);
        }
        return this.#hold(entry.stream, trade.position);
      }
      case 'PriceSetPublished':
        return this.#price(entry.payload as Payload<PricingEvents, 'PriceSetPublished'>);
      case 'ScheduleInForce':
        return this.#schedule(entry.payload as Payload<MarginGlobalEvents, 'ScheduleInForce'>);
      case 'MarginRunCompleted': {
        const { models } = entry.payload as Payload<MarginEvents, 'MarginRunCompleted'>;
        for (const [name, count] of Object.entries(models)) {
          this.#assessedBy.set(name, (this.#assessedBy.get(name) ?? 0) + count);
        }
        return;
      }
      case 'LiquidationTriggered': {
        const { assessment } = entry.payload as Payload<MarginEvents, 'LiquidationTriggered'>;
        if (couldBeHeld(assessment, entry.time.clearing, this.scenario, (id) => this.#underlyingOf.has(id))) {
          this.#needless += 1;
        }
        return;
      }
      case 'AccountStateChanged': {
        const { from, assessment } = entry.payload as Payload<MarginEvents, 'AccountStateChanged'>;
        const maintenance = Number(assessment.figures.maintenance);
        if (from === 'LIQUIDATING' && maintenance > 0) {
          this.#endHealths.push(Number(assessment.figures.equity) / maintenance);
        }
        return;
      }
      case 'CloseOutOrderPlaced': {
        const { expected, instrument } = entry.payload as Payload<LiquidationEvents, 'CloseOutOrderPlaced'>;
        this.#orders.set(at(entry), { rate: Number(expected.rate), instrument });
        return;
      }
      case 'LiquidationCostAssessed':
        return this.#cost(entry.time.clearing, entry.payload as Payload<LiquidationEvents, 'LiquidationCostAssessed'>);
      case 'LossStepTaken': {
        const { step, amount } = entry.payload as Payload<FundEvents, 'LossStepTaken'>;
        this.#paid[step] += Number(amount);
        return;
      }
      case 'AdlRequested':
        return this.#deleveraging.ask(at(entry), entry.payload as Payload<LiquidationEvents, 'AdlRequested'>);
      case 'AdlRoundClosed': {
        for (const closed of (entry.payload as Payload<AdlEvents, 'AdlRoundClosed'>).bankrupt) {
          this.#deleveraging.close(at(closed.request), closed);
        }
        return;
      }
      default:
        return;
    }
  }

  measures(margin: { readonly calm: number; readonly stress: number; readonly rise: number }): RunMeasures {
    const { liquidations, marginCalls, calledFirstShare, medianLeadTimeSeconds, shortfall } = this.#picture.picture;
    const uncovered = Number(shortfall);
    const { 'product-reserve': reservesPaid, 'global-fund': fundPaid, 'house-tranche': housePaid } = this.#paid;
    const lost = reservesPaid + fundPaid + housePaid + this.#deleveraging.paid + uncovered;
    const assessed = [...this.#assessedBy.values()].reduce((total, count) => total + count, 0);
    const of = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
    return {
      decidedShare: of(this.#assessedBy.get(this.model) ?? 0, assessed) ?? 0,
      peakOpenInterest: this.#peak,
      badDebtPerMille: 1_000 * (of(lost, this.#peak) ?? 0),
      liquidations,
      needlessClosures: this.#needless,
      calls: marginCalls,
      calledFirstPercent: calledFirstShare === null ? null : 100 * Number(calledFirstShare),
      medianLeadMinutes: medianLeadTimeSeconds === null ? null : medianLeadTimeSeconds / 60,
      calmMarginPercent: 100 * margin.calm,
      stressMarginPercent: 100 * margin.stress,
      largestRiseInAnHour: margin.rise,
      realisedCostBp: scaled(of(this.#slippage, this.#closed)),
      modelledCostBp: scaled(of(this.#modelled, this.#closed)),
      endHealth: median(this.#endHealths),
      pace: this.#closed > 0 ? this.#pace : null,
      deleveragedOverDeficit: this.#deleveraging.overDeficit,
      deleveragedTimesNeeded: this.#deleveraging.timesNeeded(this.deleveragingDistance),
      takenOver: this.#takenOver,
      reservesPaid,
      fundPaid,
      housePaid,
      deleveragingPaid: this.#deleveraging.paid,
      uncovered,
    };
  }

  #hold(
    stream: string,
    { instrument, quantity }: { readonly instrument: InstrumentId; readonly quantity: string },
  ): void {
    const key = `${stream} ${instrument}`;
    const [before, after] = [this.#quantities.get(key) ?? 0, Number(quantity)];
    this.#quantities.set(key, after);
    this.#longs.set(instrument, (this.#longs.get(instrument) ?? 0) + Math.max(0, after) - Math.max(0, before));
  }

  #price({ marks }: Payload<PricingEvents, 'PriceSetPublished'>): void {
    let interest = 0;
    for (const { instrument, underlying, mark } of marks) {
      interest += (this.#longs.get(instrument) ?? 0) * Number(mark);
      this.#underlyingOf.set(instrument, underlying);
    }
    this.#peak = Math.max(this.#peak, interest);
  }

  #schedule({ underlyings }: Payload<MarginGlobalEvents, 'ScheduleInForce'>): void {
    for (const { underlying, liquidationCost } of underlyings) {
      const { participation, averageDailyVolume } = liquidationCost;
      this.#dailyFlow.set(underlying, Number(participation) * Number(averageDailyVolume));
    }
  }

  #cost(clearing: Instant, cost: Payload<LiquidationEvents, 'LiquidationCostAssessed'>): void {
    const order = this.#orders.get(at(cost.order));
    const notional = Number(cost.closedNotional);
    if (order === undefined || !(notional > 0)) return;
    this.#closed += notional;
    this.#slippage += Number(cost.slippage);
    this.#modelled += order.rate * notional;
    const underlying = this.#underlyingOf.get(order.instrument);
    const flow = underlying === undefined ? undefined : this.#dailyFlow.get(underlying);
    if (underlying === undefined || flow === undefined) return;
    const stepMs = this.scenario.priceSetEverySeconds * 1_000;
    const key = `${underlying} ${Math.floor(clearing / stepMs)}`;
    const closed = (this.#closedAt.get(key) ?? 0) + notional;
    this.#closedAt.set(key, closed);
    this.#pace = Math.max(this.#pace, closed / ((flow * stepMs) / DAY_MS));
  }
}

const scaled = (fraction: number | null): number | null => (fraction === null ? null : 10_000 * fraction);

/** The lower of the two middle ones of an even number; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
