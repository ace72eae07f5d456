import type { LogEntry } from '@ballast/event-sourcing';
import type { AssessmentDetail, CollateralLine, CollateralPrice } from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { ONE, ZERO, dec, text, type Asset, type Decimal } from '@ballast/kernel';
import { AWAITING_DELIVERY } from '@ballast/margin-domain';
import { creditsOf, type CreditCause } from './account-credits.js';

export interface BridgeLine {
  readonly label: string;
  /** USD by which equity changed. */
  readonly amount: string;
  readonly detail: string;
}

export interface EquityBridge {
  readonly before: string;
  readonly lines: readonly BridgeLine[];
  readonly after: string;
}

/** How each cause is told, in the order of the bridge. */
const CAUSES = {
  imported: { label: 'imported', detail: 'from the book that the account came with' },
  traded: { label: 'realised by trades', detail: 'trades' },
  premium: { label: 'option premium', detail: 'trades, bought less written' },
  fees: { label: 'trading fees', detail: 'trades' },
  funding: { label: 'funding', detail: 'perpetual funding, credited less paid' },
  variation: { label: 'variation settled', detail: 'profit since the settlement before, paid in cash' },
  variationCut: { label: 'gains cut', detail: 'of settlements of variation, for losses that nobody else paid' },
  delivered: { label: 'delivered at expiry', detail: 'paid at the delivery price' },
  deliveryFees: { label: 'delivery fees', detail: 'at most a share of what was delivered' },
  closedOut: { label: 'realised by close-outs', detail: 'closed at the mark of each slice' },
  closedOutPremium: { label: 'option premium of close-outs', detail: 'closed at the mark of each slice' },
  penalties: { label: 'liquidation penalty', detail: 'charged at the fills, trued up after each slice' },
  handedOver: {
    label: 'realised by take-overs of liquidity providers',
    detail: 'at the price of the agreement',
  },
  handedOverPremium: {
    label: 'option premium of take-overs of liquidity providers',
    detail: 'at the price of the agreement',
  },
  deleveraged: {
    label: 'realised by auto-deleveraging',
    detail: 'closed at the bankruptcy price of the other side',
  },
  deleveragedPremium: {
    label: 'option premium of auto-deleveraging',
    detail: 'closed at the bankruptcy price of the other side',
  },
  transferred: { label: 'transfers', detail: 'from and to other accounts of the owner' },
  interest: { label: 'interest', detail: 'on what is owed' },
  takenOver: { label: 'collateral taken over', detail: 'at the index, to pay what is owed' },
  setOff: { label: 'other accounts of the owner', detail: 'paid to cover a deficit, where they answer for each other' },
  fund: { label: 'insurance fund', detail: 'paid in to cover a deficit' },
  repaid: { label: 'paid back', detail: 'to those who had covered a deficit' },
  waived: { label: 'loss that nobody paid', detail: 'moved to uncovered loss' },
} as const satisfies Readonly<Record<Exclude<CreditCause, 'deposits' | 'withdrawals'>, object>>;
type Cause = keyof typeof CAUSES;
const CAUSE_NAMES = Object.keys(CAUSES) as readonly Cause[];
/** Causes whose detail says how many trades there were. */
const COUNTED: readonly Cause[] = ['traded', 'premium', 'fees'];

type Amounts = Map<Asset, Decimal>;

/** Sums of what an account was credited between two assessments, each asset by itself. */
class Bookings {
  readonly deposits: Amounts = new Map();
  readonly withdrawals: Amounts = new Map();
  readonly #cash = new Map<Cause, Amounts>(CAUSE_NAMES.map((cause) => [cause, new Map()]));
  readonly #trades = new Map<string, number>();

  of(cause: Cause, asset: Asset): Decimal {
    return this.#cash.get(cause)?.get(asset) ?? ZERO;
  }

  detailOf(cause: Cause, asset: Asset): string {
    const { detail } = CAUSES[cause];
    return COUNTED.includes(cause) ? `${this.#trades.get(`${cause} ${asset}`) ?? 0} ${detail}` : detail;
  }

  book(cause: Cause, asset: Asset, amount: Decimal): void {
    add(this.#cash.get(cause) as Amounts, asset, amount);
    const key = `${cause} ${asset}`;
    this.#trades.set(key, (this.#trades.get(key) ?? 0) + 1);
  }
}

function add(to: Amounts, asset: Asset, amount: Decimal): void {
  to.set(asset, (to.get(asset) ?? ZERO).plus(amount));
}

function bookingsOf(entries: readonly LogEntry[], accountId: string): Bookings {
  const bookings = new Bookings();
  for (const entry of entries) {
    for (const { cause, asset, amount } of creditsOf(entry, accountId)) {
      if (cause === 'deposits') add(bookings.deposits, asset, amount);
      else if (cause === 'withdrawals') add(bookings.withdrawals, asset, amount.neg());
      else bookings.book(cause, asset, amount);
    }
  }
  return bookings;
}

/** USD per unit that collateral counts for. */
const unitOf = ({ price, haircut }: Pick<CollateralLine, 'price' | 'haircut'>): Decimal =>
  dec(price).times(ONE.minus(haircut));

/**
 * The same at the later assessment, by the haircut that it tells. Of an asset that is not held any more the haircut before
 * stands, or none: whatever it is, what came and what went of it add up to the same.
 */
function unitsOf(
  before: AssessmentDetail | null,
  after: AssessmentDetail,
  prices: readonly CollateralPrice[],
): ReadonlyMap<Asset, Decimal> {
  const lines = [...(before?.collateral ?? []), ...after.collateral];
  const haircuts = new Map(lines.map(({ asset, haircut }) => [asset, haircut]));
  return new Map(prices.map(({ asset, price }) => [asset, unitOf({ price, haircut: haircuts.get(asset) ?? '0' })]));
}

/**
 * What led from the equity of one assessment to that of a later one. All lines add up to the difference:
 *   equity = sum of amount * unit value - cleared holds + sum of worths (unrealised profit; an option's value)
 * so with prices 0 -> 1:  change = deposits, withdrawals and cash bookings of every asset at the new value
 *   + sum of amount0 * (unit1 - unit0) + change of worths + rounding.
 * An expired contract is worth what it will be delivered at, until that is paid.
 * @param before null for an account without any assessment: equity 0
 * @param entries bookings after `before` up to `after`, in order
 * @param prices collateral prices of the schedule of `after`
 */
export function equityBridge(
  before: AssessmentDetail | null,
  after: AssessmentDetail,
  entries: readonly LogEntry[],
  prices: readonly CollateralPrice[],
): EquityBridge {
  const bookings = bookingsOf(entries, after.accountId);
  // What has no price counts nothing, so those with one are all that can make a line.
  const units = unitsOf(before, after, prices);
  const lines: BridgeLine[] = [];
  let explained = ZERO;
  const line = (label: string, amount: Decimal, detail: string): void => {
    if (amount.isZero()) return;
    explained = explained.plus(amount);
    lines.push({ label, amount: text(amount), detail });
  };
  for (const [asset, unit] of units) {
    const deposited = bookings.deposits.get(asset) ?? ZERO;
    line(`deposits ${asset}`, deposited.times(unit), valued(deposited, asset, unit));
  }
  const clearedBefore = dec(before?.clearedHolds ?? '0');
  let withdrawn = dec(after.clearedHolds).minus(clearedBefore);
  for (const [asset, unit] of units) {
    withdrawn = withdrawn.plus((bookings.withdrawals.get(asset) ?? ZERO).times(unit));
  }
  line('withdrawals', withdrawn.neg(), 'paid out, or cleared and on their way out');
  for (const { asset, amount, price, haircut } of before?.collateral ?? []) {
    const unitBefore = unitOf({ price, haircut });
    const unit = units.get(asset) ?? unitBefore;
    line(
      `value of ${asset} collateral`,
      dec(amount).times(unit.minus(unitBefore)),
      `${amount} x (${text(unit)} - ${text(unitBefore)})`,
    );
  }
  const then = worthsOf(before);
  const now = worthsOf(after);
  for (const instrument of [...new Set([...then.keys(), ...now.keys()])].sort()) {
    line(
      `${parseInstrumentId(instrument).kind === 'option' ? 'worth of' : 'unrealised profit'} ${instrument}`,
      (now.get(instrument)?.worth ?? ZERO).minus(then.get(instrument)?.worth ?? ZERO),
      `${then.get(instrument)?.held ?? 'flat'} -> ${now.get(instrument)?.held ?? 'flat'}`,
    );
  }
  for (const cause of CAUSE_NAMES) {
    for (const [asset, unit] of units) {
      const amount = bookings.of(cause, asset);
      const detail = bookings.detailOf(cause, asset);
      if (asset === 'USD') line(CAUSES[cause].label, amount, detail);
      else line(`${CAUSES[cause].label} ${asset}`, amount.times(unit), `${valued(amount, asset, unit)}, ${detail}`);
    }
  }
  const change = dec(after.figures.equity).minus(before?.figures.equity ?? '0');
  line('rounding', change.minus(explained), 'equity is rounded down to the cent');
  return { before: before?.figures.equity ?? '0', lines, after: after.figures.equity };
}

function valued(amount: Decimal, asset: Asset, unit: Decimal): string {
  return asset === 'USD' ? `${text(amount)} USD` : `${text(amount)} ${asset} x ${text(unit)}`;
}

interface Worth {
  readonly worth: Decimal;
  /** The position in words. */
  readonly held: string;
}

/** What each contract counts for in the equity of an assessment, expired ones that are not paid yet included. */
function worthsOf(assessment: AssessmentDetail | null): ReadonlyMap<string, Worth> {
  const worths = new Map<string, Worth>();
  for (const { instrument, quantity, mark, unrealisedPnl } of assessment?.positions ?? []) {
    worths.set(instrument, { worth: dec(unrealisedPnl), held: `${quantity} at ${mark}` });
  }
  for (const { code, subject, amount } of assessment?.portfolio.lines ?? []) {
    if (code === AWAITING_DELIVERY && subject !== undefined) {
      worths.set(subject, { worth: dec(amount), held: 'expired, not yet paid' });
    }
  }
  return worths;
}
