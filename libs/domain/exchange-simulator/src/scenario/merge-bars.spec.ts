import { HOUR_MS, MINUTE_MS } from '@ballast/kernel';
import { mergeBars } from './merge-bars.js';
import { hourBar, NOON } from './scenario.fixtures.js';
import { endOf, gapsOf } from './scenario.js';

const hour = hourBar(NOON, [8_000, 8_100, 7_800, 7_900]);
const halfHour = (start: number, prices: [number, number, number, number]) => hourBar(start, prices, 30 * MINUTE_MS);

describe('several files of one underlying', () => {
  it('takes the finer bars where they cover a coarse bar completely', () => {
    const first = halfHour(NOON, [8_000, 8_090, 7_950, 7_960]);
    const second = halfHour(NOON + 30 * MINUTE_MS, [7_960, 7_970, 7_810, 7_905]);
    expect(mergeBars([[hour], [first, second]])).toEqual([first, second]);
    expect(mergeBars([[first, second], [hour]])).toEqual([first, second]);
  });

  it('keeps of a coarse bar what the finer ones leave open, with the extreme that they did not reach', () => {
    const first = halfHour(NOON, [8_000, 8_100, 7_950, 7_960]);
    expect(mergeBars([[hour], [first]])).toEqual([
      first,
      halfHour(NOON + 30 * MINUTE_MS, [7_960, 7_960, 7_800, 7_900]),
    ]);
  });

  it('leaves no gap and no overlap where a fine file begins and ends inside coarse bars', () => {
    const coarse = [hour, hourBar(NOON + HOUR_MS, [7_900, 7_950, 7_700, 7_800])];
    const fine = [30, 40, 50, 60, 70].map((minute) =>
      hourBar(NOON + minute * MINUTE_MS, [7_900, 7_910, 7_890, 7_900], 10 * MINUTE_MS),
    );
    const merged = mergeBars([coarse, fine]);
    expect(gapsOf(merged, NOON, NOON + 2 * HOUR_MS)).toEqual([]);
    expect(merged.slice(1).every((bar, index) => bar.start === endOf(merged[index]!))).toBe(true);
    expect(merged.filter(({ durationMs }) => durationMs === 10 * MINUTE_MS)).toEqual(fine);
    expect(merged.some(({ low }) => low === '7700')).toBe(true);
  });

  it('changes nothing for files that do not overlap', () => {
    const next = hourBar(NOON + HOUR_MS, [7_900, 7_950, 7_850, 7_900]);
    expect(mergeBars([[next], [hour]])).toEqual([hour, next]);
    expect(mergeBars([[]])).toEqual([]);
  });
});
