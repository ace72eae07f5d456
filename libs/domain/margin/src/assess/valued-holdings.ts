import type { InstrumentId } from '@ballast/facts';
import { averageEntryPrice, profit } from '@ballast/instruments';
import { compareText, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { ExplainLine, FiguredPosition, PositionHolding } from '@ballast/margin-models';
import type { AssessmentMarket } from './assessment-market.js';
import type { HeldPosition, Holdings } from './assessment.js';
import { inUsd, notionalOf, worthOf, type PricedContract } from './priced-contracts.js';

const ENTRY_DIGITS = 8;

/** A position that a schedule prices; each figure of it is taken when somebody asks. */
export class ValuedHolding {
  #worth: Decimal | undefined;
  #notional: Decimal | undefined;
  #figured: FiguredPosition | undefined;

  constructor(
    readonly contract: PricedContract,
    readonly held: HeldPosition,
    private readonly market: AssessmentMarket,
  ) {}

  /** What it adds to equity, USD. */
  get worth(): Decimal {
    this.#worth ??= worthOf(this.contract, this.held);
    return this.#worth;
  }

  /** USD value of what it moves with, >= 0. */
  get notional(): Decimal {
    this.#notional ??= notionalOf(this.contract, this.held.quantity);
    return this.#notional;
  }

  /** As the house's own model reads it; of a contract that is still open. */
  get figured(): FiguredPosition {
    const { instrument } = this.contract;
    this.#figured ??= this.market.figures.position({ instrument, quantity: this.held.quantity }, this.worth);
    return this.#figured;
  }
}

/** A position as any other model reads it, and what that leaves over. */
export interface ModelledLot {
  readonly lot: PositionHolding;
  /**
   * Money that makes model and books agree exactly: entry prices have 8 digits, and a model counts an option at its mark
   * whatever was paid for it.
   */
  readonly residue: Decimal;
}

export function modelledLot({ contract, held, worth }: ValuedHolding): ModelledLot {
  const { instrument, price, cashStyle } = contract;
  const { quantity } = held;
  if (instrument.kind === 'option') {
    const lot = { instrument, quantity };
    if (cashStyle === 'premium') return { lot, residue: ZERO };
    return { lot, residue: worth.minus(worthOf({ ...contract, cashStyle: 'premium' }, held)) };
  }
  const entryPrice = averageEntryPrice(instrument, held)?.toDecimalPlaces(ENTRY_DIGITS);
  if (entryPrice === undefined || !entryPrice.gt(0)) return { lot: { instrument, quantity }, residue: worth };
  const modelled = inUsd(contract, profit(instrument, quantity, entryPrice, price));
  return { lot: { instrument, quantity, entryPrice }, residue: worth.minus(modelled) };
}

/** All that an account holds and a schedule prices, in the order of ids. */
export interface ValuedHoldings {
  readonly byId: ReadonlyMap<InstrumentId, ValuedHolding>;
  /** With risk left. */
  readonly open: readonly ValuedHolding[];
  /** Expired and not yet paid: money, without any risk. */
  readonly delivered: DeliveredWorth;
}

export interface DeliveredWorth {
  readonly worth: Decimal;
  readonly lines: readonly ExplainLine[];
}

/**
 * Values what an account holds.
 * @param before the same account before a change, on the same market: what did not change is not valued again
 */
export function valueHoldings(holdings: Holdings, market: AssessmentMarket, before?: ValuedHoldings): ValuedHoldings {
  const byId = new Map<InstrumentId, ValuedHolding>();
  const open: ValuedHolding[] = [];
  const lines: ExplainLine[] = [];
  for (const [id, held] of sortedHoldings(holdings)) {
    if (held.quantity.isZero()) continue;
    const known = before?.byId.get(id);
    const valued = known?.held === held ? known : valueHolding(id, held, market);
    if (valued === null) continue;
    byId.set(id, valued);
    if (!valued.contract.expired) open.push(valued);
    else lines.push({ code: 'awaiting-delivery', subject: id, amount: valued.worth });
  }
  return { byId, open, delivered: { worth: sum(lines.map(({ amount }) => amount)), lines } };
}

/** Null without a price. */
function valueHolding(id: InstrumentId, held: HeldPosition, market: AssessmentMarket): ValuedHolding | null {
  const contract = market.open(id) ?? market.contracts.find(id);
  return contract === null ? null : new ValuedHolding(contract, held, market);
}

/** The same in the order of ids, in which every sum over them is taken; mostly they are in it already. */
function sortedHoldings(holdings: Holdings): Holdings {
  let last = '';
  for (const id of holdings.keys()) {
    if (compareText(id, last) < 0) return new Map([...holdings].sort(([a], [b]) => compareText(a, b)));
    last = id;
  }
  return holdings;
}
