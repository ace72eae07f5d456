import type { Future, Option, OptionType, Perpetual } from '@ballast/instruments';
import { DAY_MS, dec, instantOf } from '@ballast/kernel';
import type { InstrumentMarket, Market, Portfolio, PositionHolding } from '@ballast/margin-models';

export const AS_OF = instantOf('2026-01-05T08:00:00Z');
export const SPOT: Readonly<Record<string, string>> = { BTC: '60000', ETH: '3000' };
export const EXPIRY_DAYS = [7, 30, 90];

const linear = { settlement: 'linear', contractSize: dec('1') } as const;

export const perpetual = (underlying: string): Perpetual => ({
  ...linear,
  id: `${underlying}-PERP`,
  underlying,
  kind: 'perpetual',
});

/** Contracts of `contractSize` quote units that pay in coin. */
export const inversePerpetual = (underlying: string, contractSize = '1'): Perpetual => ({
  id: `${underlying}-PERP-INVERSE`,
  underlying,
  settlement: 'inverse',
  contractSize: dec(contractSize),
  kind: 'perpetual',
});

export const future = (underlying: string, days: number): Future => ({
  ...linear,
  id: `${underlying}-${days}D`,
  underlying,
  kind: 'future',
  expiry: AS_OF + days * DAY_MS,
});

export const option = (underlying: string, days: number, strike: string, type: OptionType): Option => ({
  ...linear,
  id: `${underlying}-${days}D-${strike}-${type === 'call' ? 'C' : 'P'}`,
  underlying,
  kind: 'option',
  type,
  strike: dec(strike),
  expiry: AS_OF + days * DAY_MS,
});

export const coinSettled = (of: Option): Option => ({ ...of, id: `${of.id}-INVERSE`, settlement: 'inverse' });

export const held = (
  instrument: PositionHolding['instrument'],
  quantity: string,
  entryPrice?: string,
): PositionHolding => ({
  instrument,
  quantity: dec(quantity),
  ...(entryPrice === undefined ? {} : { entryPrice: dec(entryPrice) }),
});

export const portfolioOf = (positions: readonly PositionHolding[], cash = '0'): Portfolio => ({
  collateral: [{ asset: 'USD', amount: dec(cash) }],
  positions,
  orders: [],
});

/** Every instrument named at the spot, forwards at the spot, one volatility; certain prices. */
export function marketOf(instruments: readonly PositionHolding['instrument'][], volatility = '0.6'): Market {
  const marks = instruments.map((instrument): [string, InstrumentMarket] => [
    instrument.id,
    instrument.kind === 'option'
      ? { mark: dec('100'), volatility: dec(volatility) }
      : { mark: dec(SPOT[instrument.underlying] as string) },
  ]);
  const expiries = Object.keys(SPOT).flatMap((underlying) =>
    [
      ...new Set([
        ...EXPIRY_DAYS.map((days) => AS_OF + days * DAY_MS),
        ...instruments.flatMap((i) => (i.kind === 'perpetual' ? [] : [i.expiry])),
      ]),
    ].map(
      (expiry) =>
        [`${underlying}@${expiry}`, { underlying, expiry, forward: dec(SPOT[underlying] as string) }] as const,
    ),
  );
  return {
    asOf: AS_OF,
    underlyings: new Map(Object.entries(SPOT).map(([name, spot]) => [name, { spot: dec(spot) }])),
    expiries: new Map(expiries),
    instruments: new Map(marks),
    collateral: new Map(),
  };
}
