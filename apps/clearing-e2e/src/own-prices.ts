import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { dec, HOUR_MS, MINUTE_MS, text, type Decimal } from '@ballast/kernel';
import { REPOSITORY } from './ballast-process.js';

export const TICK = { BTC: dec('0.1'), ETH: dec('0.01') } as const;
export type Coin = keyof typeof TICK;
export const COINS: readonly Coin[] = ['BTC', 'ETH'];

/** Hourly bars of the bundled crash, and a way through each: open, high, low, close. */
export class Prices {
  readonly #bars: ReadonlyMap<number, readonly [open: Decimal, high: Decimal, low: Decimal, close: Decimal]>;

  constructor(readonly coin: Coin) {
    const file = `${REPOSITORY}/apps/ballast/scenarios/crash-2020-03/${coin.toLowerCase()}.csv.gz`;
    const [, ...rows] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
    this.#bars = new Map(
      rows.map((row) => {
        const [at = '', ...figures] = row.split(',');
        const [open, high, low, close] = figures.map((figure) => dec(figure)) as [Decimal, Decimal, Decimal, Decimal];
        return [Number(at), [open, high, low, close]];
      }),
    );
  }

  at(moment: number): Decimal {
    const start = moment - (moment % HOUR_MS);
    const [open, high, low, close] = this.#bars.get(start)!;
    const minute = (moment - start) / MINUTE_MS;
    const way: readonly (readonly [number, Decimal])[] = [
      [0, open],
      [20, high],
      [45, low],
      [60, close],
    ];
    const leg = Math.max(
      1,
      way.findIndex(([end]) => minute <= end),
    );
    const [[begin, from], [end, to]] = [way[leg - 1]!, way[leg]!];
    const exact = from.plus(
      to
        .minus(from)
        .times(minute - begin)
        .div(end - begin),
    );
    return exact.div(TICK[this.coin]).floor().times(TICK[this.coin]);
  }

  history(until: number, hours: number): readonly { readonly at: number; readonly price: string }[] {
    const start = until - (until % HOUR_MS);
    return Array.from({ length: hours }, (_, index) => start - (hours - index) * HOUR_MS).map((at) => ({
      at: at + HOUR_MS,
      price: text(this.#bars.get(at)![3]),
    }));
  }
}
