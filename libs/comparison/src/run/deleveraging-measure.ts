import type { AdlEvents, LiquidationEvents } from '@ballast/facts';

type Request = LiquidationEvents['AdlRequested'];
type Asked = Pick<Request, 'side' | 'mark' | 'settlement'>;
type Closed = Pick<AdlEvents['AdlRoundClosed']['bankrupt'][number], 'closedQuantity' | 'price'>;

/**
 * How much was taken from the other side, and what it paid by that. Losses that are closed at the mark pay nothing: neither those of bankrupt
 * accounts against each other nor the part of a position that bears none.
 */
export class DeleveragingMeasure {
  readonly #asked = new Map<string, Asked>();
  #notional = 0;
  #paid = 0;

  ask(request: string, asked: Asked): void {
    this.#asked.set(request, asked);
  }

  close(request: string, { closedQuantity, price }: Closed): void {
    const asked = this.#asked.get(request);
    if (asked === undefined) return;
    const { perContract, lostPerContract } = worthOf(asked, Number(price));
    this.#notional += Number(closedQuantity) * perContract;
    this.#paid += Number(closedQuantity) * lostPerContract;
  }

  /** USD of deficits that the other side paid, at the marks. */
  get paid(): number {
    return this.#paid;
  }

  /** Notional at the marks over the deficits that it paid; null: nobody was deleveraged for a deficit. */
  get overDeficit(): number | null {
    return this.#paid > 0 ? this.#notional / this.#paid : null;
  }

  /**
   * The same over what they need when every close is so far from its mark; 1: nobody gave up more of a position than that.
   * @param distance fraction of the mark, > 0
   * @see docs/spec/liquidation.md CLR-LIQ-033
   */
  timesNeeded(distance: number): number | null {
    const { overDeficit } = this;
    return overDeficit === null ? null : overDeficit * distance;
  }
}

/** USD per contract: at the mark, and what the counterparty gives up at another price than it. */
function worthOf(
  { side, mark: markText, settlement }: Asked,
  price: number,
): { readonly perContract: number; readonly lostPerContract: number } {
  const mark = Number(markText);
  const unit = Number(settlement.contractSize) * Number(settlement.assetPrice);
  const against = side === 'long' ? price - mark : mark - price;
  if (settlement.style === 'linear') return { perContract: mark * unit, lostPerContract: Math.max(0, against) * unit };
  if (mark <= 0 || price <= 0) return { perContract: 0, lostPerContract: 0 };
  return { perContract: unit / mark, lostPerContract: against > 0 ? Math.abs(1 / mark - 1 / price) * unit : 0 };
}
