import type { Future, Perpetual, Settlement } from '@ballast/instruments';
import { dec, type Decimal } from '@ballast/kernel';
import type { InstrumentMarket, Market, OpenOrder, Portfolio, PositionHolding } from '@ballast/margin-models';

/** A perpetual of one base unit (linear) or one dollar (inverse) a contract. */
export function perpetual(underlying: string, settlement: Settlement = 'linear'): Perpetual {
  const id = settlement === 'linear' ? `${underlying}-PERP` : `${underlying}-PERP-INVERSE`;
  return { kind: 'perpetual', id, underlying, settlement, contractSize: dec('1') };
}

export const BTC = perpetual('BTC');
export const ETH = perpetual('ETH');
export const BTC_INVERSE = perpetual('BTC', 'inverse');
export const BTC_EXPIRED: Future = { ...BTC, kind: 'future', id: 'BTC-1JAN26', expiry: -1 };

export function position(
  instrument: Perpetual | Future,
  quantity: string,
  rest: Partial<PositionHolding> = {},
): PositionHolding {
  return { instrument, quantity: dec(quantity), ...rest };
}

export function order(
  instrument: Perpetual,
  side: OpenOrder['side'],
  quantity: string,
  rest: Partial<OpenOrder> = {},
): OpenOrder {
  return { instrument, side, quantity: dec(quantity), ...rest };
}

export function portfolioOf(
  cash: string,
  positions: readonly PositionHolding[],
  orders: readonly OpenOrder[] = [],
): Portfolio {
  return { collateral: [{ asset: 'USD', amount: dec(cash) }], positions, orders };
}

/** Marks by instrument id, prices of assets by name. */
export function marketOf(marks: Readonly<Record<string, string>>, rest: Partial<Market> = {}): Market {
  const instruments = new Map<string, InstrumentMarket>(
    Object.entries(marks).map(([id, mark]) => [id, { mark: dec(mark) }]),
  );
  return { asOf: 0, underlyings: new Map(), expiries: new Map(), instruments, collateral: new Map(), ...rest };
}

/** Figure of the one line with this code and subject. */
export function lineAmount(
  lines: readonly { readonly code: string; readonly subject?: string; readonly amount: Decimal }[],
  code: string,
  subject: string,
): Decimal {
  const line = lines.find((candidate) => candidate.code === code && candidate.subject === subject);
  if (line === undefined) throw new Error(`no line ${code} of ${subject}`);
  return line.amount;
}
