import { describe, expect, it } from '@jest/globals';
import { dec, sum, text } from '@ballast/kernel';
import fc from 'fast-check';
import { lossWaterfall } from './loss-waterfall.js';

type Loser = readonly [party: string, loss: string, available: string];
type Winner = readonly [party: string, gain: string];

function settle(losers: readonly Loser[], winners: readonly Winner[], pool: string) {
  const settled = lossWaterfall(
    losers.map(([party, loss, available]) => ({ party, loss: dec(loss), available: dec(available) })),
    winners.map(([party, gain]) => ({ party, gain: dec(gain) })),
    dec(pool),
  );
  return {
    paid: Object.fromEntries([...settled.paid].map(([party, amount]) => [party, text(amount)])),
    pool: text(settled.insurancePoolAfter),
    undistributed: text(settled.undistributed),
  };
}

describe('losses are paid from own funds, then insurance, then by those who gained [CLR-LQM-011]', () => {
  it.each<[string, Loser[], Winner[], string, Record<string, string>, string]>([
    [
      'own funds suffice',
      [['a', '100', '100']],
      [
        ['b', '60'],
        ['c', '40'],
      ],
      '50',
      { b: '60', c: '40' },
      '50',
    ],
    [
      'insurance fills up',
      [['a', '100', '70']],
      [
        ['b', '60'],
        ['c', '40'],
      ],
      '50',
      { b: '60', c: '40' },
      '20',
    ],
    [
      'insurance to the last unit',
      [['a', '100', '50']],
      [
        ['b', '60'],
        ['c', '40'],
      ],
      '50',
      { b: '60', c: '40' },
      '0',
    ],
    [
      'winners share what is there: 99 of 100',
      [['a', '100', '49']],
      [
        ['b', '60'],
        ['c', '40'],
      ],
      '50',
      { b: '59', c: '40' },
      '0',
    ],
    [
      'the last takes the rest of rounding: 10 of 30 by thirds',
      [['a', '30', '10']],
      [
        ['b', '10'],
        ['c', '10'],
        ['d', '10'],
      ],
      '0',
      { b: '3', c: '3', d: '4' },
      '0',
    ],
    [
      'as a feature file of vegaprotocol/vega (AGPL-3.0) has it',
      [
        ['party1', '8000', '2500'],
        ['aux1', '80', '100000000'],
      ],
      [
        ['aux2', '80'],
        ['party2', '2000'],
        ['party3', '6000'],
      ],
      '0',
      { aux2: '25', party2: '638', party3: '1917' },
      '0',
    ],
    [
      'nothing is there',
      [['a', '100', '0']],
      [
        ['b', '60'],
        ['c', '40'],
      ],
      '0',
      { b: '0', c: '0' },
      '0',
    ],
    [
      'one party in two lots',
      [['a', '100', '100']],
      [
        ['b', '60'],
        ['b', '40'],
      ],
      '0',
      { b: '100' },
      '0',
    ],
    ['nobody lost', [], [], '50', {}, '50'],
  ])('%s', (_why, losers, winners, pool, paid, after) => {
    expect(settle(losers, winners, pool)).toEqual({ paid, pool: after, undistributed: '0' });
  });

  it('what was lost beyond all gains is named, not given away', () => {
    expect(settle([['a', '100', '100']], [['b', '60']], '0')).toEqual({
      paid: { b: '60' },
      pool: '0',
      undistributed: '40',
    });
  });

  const amount = fc.nat({ max: 1_000_000 });
  const book = fc.record({
    losers: fc.array(fc.record({ loss: amount, available: amount }), { maxLength: 6 }),
    gains: fc.array(amount, { maxLength: 6 }),
    pool: amount,
  });

  it('keeps every unit: taken from losers and pool is paid to winners or undistributed, and nobody gains by a default', () => {
    fc.assert(
      fc.property(book, ({ losers, gains, pool }) => {
        const lost = sum(losers.map(({ loss }) => dec(loss)));
        const gained = sum(gains.map((gain) => dec(gain)));
        // Marking to market takes as much as it gives.
        const balanced = [...gains.map((gain) => dec(gain)), lost.minus(gained)].filter((gain) => gain.gte(0));
        const settled = lossWaterfall(
          losers.map(({ loss, available }, i) => ({ party: `l${i}`, loss: dec(loss), available: dec(available) })),
          balanced.map((gain, i) => ({ party: `w${i}`, gain })),
          dec(pool),
        );
        const taken = sum(settled.collected.values()).plus(settled.fromInsurance);
        const paid = sum(settled.paid.values());
        expect(text(paid.plus(settled.undistributed))).toBe(text(taken));
        expect(settled.undistributed.gte(0) && settled.insurancePoolAfter.gte(0)).toBe(true);
        expect([...settled.paid.values()].every((value) => value.isInteger() && value.gte(0))).toBe(true);
        expect(taken.lte(lost)).toBe(true);
        if (gained.lte(lost)) {
          balanced.forEach((gain, i) => expect(settled.paid.get(`w${i}`)!.lte(gain)).toBe(true));
        }
      }),
    );
  });

  it.each<[Loser[], Winner[], string]>([
    [[['a', '-1', '0']], [], '0'],
    [[['a', '1.5', '2']], [], '0'],
    [[['a', '1', '-2']], [], '0'],
    [[], [['b', '-1']], '0'],
    [[], [], '-1'],
    [[], [], 'NaN'],
  ])('amounts that are no whole units are refused: %j %j %s', (losers, winners, pool) => {
    expect(() => settle(losers, winners, pool)).toThrow('whole units');
  });
});
