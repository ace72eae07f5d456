import type { ExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { MINUTE_MS, dec, instantOf, maxOf, sum, type Instant } from '@ballast/kernel';
import { scriptedExchange, type Scene } from './scripted-exchange.js';

export const AVALANCHE_PARTITIONS = 4;
/** Of the bitcoin perpetual before and after the fall. */
const BEFORE = '10000';
export const AFTER = '8500';
const START = instantOf('2026-01-05T09:00:00Z');
const CRASH = START + 2 * MINUTE_MS;
const MAKER = 'maker.main';

/** A market that falls by 15 % at once and stays, and a book in which nobody buys but at the limit of an order. */
export interface Avalanche {
  readonly simulator: ExchangeSimulator;
  /** Accounts that are below their liquidation level from the fall on. */
  readonly long: number;
  readonly crash: Instant;
}

/**
 * Three in ten accounts are long, as many are short against them, the others hold money only; the fund has one per cent of what the bankrupt
 * will owe.
 */
export function avalanche(accounts: number): Avalanche {
  const long = (accounts * 3) / 10;
  const numbered = Array.from({ length: accounts }, (_, index) => index);
  const longs = numbered.slice(0, long).map((index) => `long-${index}.main`);
  const shorts = numbered.slice(0, long).map((index) => `short-${index}.main`);
  const others = numbered.slice(2 * long).map((index) => `other-${index}.main`);
  const loss = dec(BEFORE).minus(AFTER);
  const dollarsOf = (index: number): number => 1_000 + (index % 13) * 50;
  const opened = [
    // Equity after the fall is from -500 to 100 USD of a notional of 8,500.
    ...longs.map((accountId, index) => ({ accountId, dollars: `${dollarsOf(index)}` })),
    ...shorts.map((accountId, index) => ({ accountId, dollars: `${2_000 + (index % 7) * 1_000}` })),
    ...others.map((accountId) => ({ accountId, dollars: '1000' })),
    { accountId: MAKER, dollars: '100000000' },
  ];
  const fund = sum(longs.map((_, index) => maxOf(loss.minus(dollarsOf(index)), dec(0))))
    .div(100)
    .toFixed(2);
  const trades = longs.map((buyer, index) => ({ buyer, seller: shorts[index] as string, quantity: '1' }));
  const scenes: readonly Scene[] = [
    { at: START, btc: BEFORE, opened, fund },
    { at: START + MINUTE_MS, btc: BEFORE, trades },
    ...Array.from({ length: 20 }, (_, minute) => ({ at: CRASH + minute * MINUTE_MS, btc: AFTER })),
  ];
  const simulator = scriptedExchange({
    partitions: AVALANCHE_PARTITIONS,
    scenes,
    maker: MAKER,
    answer: ({ quantity, limit }) => ({ quantity, price: limit }),
  });
  return { simulator, long, crash: CRASH };
}
