import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, InstrumentId, MarginEvents, PriceStatus, PricingEvents } from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { ZERO, compareText, dec, text, type Asset, type Decimal, type DecimalString } from '@ballast/kernel';

/** What happened with options, dated futures and inverse contracts. */
export interface ContractsPicture {
  readonly listed: number;
  /** Listings that cannot be cleared. */
  readonly refused: number;
  /** Delivery prices fixed, each for an underlying and an expiry. */
  readonly expiries: number;
  /** Positions of clients that were delivered. */
  readonly deliveries: number;
  /** Settlements of variation that a client was paid or charged. */
  readonly variations: number;
  readonly surfaces: number;
  readonly degradedSurfaces: number;
  /** Expiries whose newest surface is degraded, of those not delivered yet. */
  readonly degradedNow: number;
  /** Positions in options that clients hold now. */
  readonly optionPositions: number;
  /** What buyers paid for options in trades, close-outs and deleveraging left out; an absent asset is zero. */
  readonly premiumPaid: { readonly [A in Asset]?: DecimalString };
  /** Accounts that the last full runs assessed, by model. */
  readonly portfolios: Readonly<Record<string, number>>;
}

type Payload<Events, Type extends keyof Events> = Events[Type];

/** What the picture is made of; plain, so that it can be written down. */
export interface KeptContracts {
  listed: number;
  refused: number;
  expiries: number;
  deliveries: number;
  variations: number;
  surfaces: number;
  degradedSurfaces: number;
  readonly statusByExpiry: Map<string, PriceStatus>;
  readonly optionPositions: Set<string>;
  readonly premium: Map<Asset, Decimal>;
  readonly modelsByPartition: Map<number, Readonly<Record<string, number>>>;
}

const nothing = (): KeptContracts => ({
  listed: 0,
  refused: 0,
  expiries: 0,
  deliveries: 0,
  variations: 0,
  surfaces: 0,
  degradedSurfaces: 0,
  statusByExpiry: new Map(),
  optionPositions: new Set(),
  premium: new Map(),
  modelsByPartition: new Map(),
});

/** Folds what concerns contracts other than the linear perpetuals; null as long as none was ever listed. */
export class ContractsProjection {
  readonly #options = new Map<InstrumentId, boolean>();

  /** @param kept what another one gave, to go on from there */
  constructor(readonly kept: KeptContracts = nothing()) {}

  apply({ type, payload, partition }: LogEntry): void {
    switch (type) {
      case 'InstrumentAdmitted':
        this.kept.listed += 1;
        return;
      case 'InstrumentRefused':
        this.kept.refused += 1;
        return;
      case 'SurfacePublished': {
        const { underlying, expiry, status } = payload as Payload<PricingEvents, 'SurfacePublished'>;
        this.kept.surfaces += 1;
        if (status === 'DEGRADED') this.kept.degradedSurfaces += 1;
        this.kept.statusByExpiry.set(`${underlying} ${expiry}`, status);
        return;
      }
      case 'SettlementPriceFixed': {
        const { underlying, expiry } = payload as Payload<PricingEvents, 'SettlementPriceFixed'>;
        this.kept.expiries += 1;
        this.kept.statusByExpiry.delete(`${underlying} ${expiry}`);
        return;
      }
      case 'PositionChanged': {
        const change = payload as Payload<AccountsEvents, 'PositionChanged'>;
        this.#hold(change);
        if (change.reason === 'trade') this.#pay(change);
        return;
      }
      case 'ProviderTradeBooked':
      case 'AdlBooked':
      case 'TradeReversed':
        this.#hold(payload as Payload<AccountsEvents, 'AdlBooked' | 'ProviderTradeBooked'>);
        return;
      case 'AccountImported': {
        const { accountId, positions } = payload as Payload<AccountsEvents, 'AccountImported'>;
        for (const position of positions) this.#hold({ accountId, position });
        return;
      }
      case 'ContractDelivered':
        this.kept.deliveries += 1;
        this.#hold(payload as Payload<AccountsEvents, 'ContractDelivered'>);
        return;
      case 'VariationSettled':
        this.kept.variations += 1;
        return;
      case 'MarginRunCompleted': {
        const run = payload as Payload<MarginEvents, 'MarginRunCompleted'>;
        if (run.kind === 'full') this.kept.modelsByPartition.set(partition, run.models);
        return;
      }
      default:
    }
  }

  get picture(): ContractsPicture | null {
    if (this.kept.listed + this.kept.refused === 0) return null;
    const portfolios: Record<string, number> = {};
    for (const models of this.kept.modelsByPartition.values()) {
      for (const [model, accounts] of Object.entries(models)) portfolios[model] = (portfolios[model] ?? 0) + accounts;
    }
    return {
      listed: this.kept.listed,
      refused: this.kept.refused,
      expiries: this.kept.expiries,
      deliveries: this.kept.deliveries,
      variations: this.kept.variations,
      surfaces: this.kept.surfaces,
      degradedSurfaces: this.kept.degradedSurfaces,
      degradedNow: [...this.kept.statusByExpiry.values()].filter((status) => status === 'DEGRADED').length,
      optionPositions: this.kept.optionPositions.size,
      premiumPaid: Object.fromEntries(
        [...this.kept.premium].sort(([a], [b]) => compareText(a, b)).map(([asset, paid]) => [asset, text(paid)]),
      ),
      portfolios: Object.fromEntries(Object.entries(portfolios).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  #hold({ accountId, position }: Pick<AccountsEvents['ContractDelivered'], 'accountId' | 'position'>): void {
    if (!this.#isOption(position.instrument)) return;
    const key = `${accountId} ${position.instrument}`;
    if (dec(position.quantity).isZero()) this.kept.optionPositions.delete(key);
    else this.kept.optionPositions.add(key);
  }

  /** A premium is paid once and received once; the buyer's side counts. */
  #pay({ position, settlement }: AccountsEvents['PositionChanged']): void {
    if (settlement === undefined || !this.#isOption(position.instrument)) return;
    const cash = dec(settlement.cash);
    if (!cash.isNegative()) return;
    this.kept.premium.set(settlement.asset, (this.kept.premium.get(settlement.asset) ?? ZERO).minus(cash));
  }

  #isOption(instrument: InstrumentId): boolean {
    const known = this.#options.get(instrument);
    if (known !== undefined) return known;
    const option = parseInstrumentId(instrument).kind === 'option';
    this.#options.set(instrument, option);
    return option;
  }
}
