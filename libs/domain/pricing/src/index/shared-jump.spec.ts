import { MINUTE_MS, dec, instantOf } from '@ballast/kernel';
import { BUNDLED_RULES } from '../rules/pricing-rules.fixtures.js';
import { sharedJump } from './shared-jump.js';

const NINE = instantOf('2020-03-12T09:00:00Z');
/** A figure that shows the rule and no rounding: half as much again, ten minutes. */
const RULES = { ...BUNDLED_RULES.index, jumpBand: '0.5', jumpHoldMs: 10 * MINUTE_MS };

/** What is published of an index at so many minutes past nine; null when it is believed. */
const jumped = (
  index: string,
  minute: number,
  believed: string | null,
  jump: { first: string; since: number } | null,
) => sharedJump(dec(index), NINE + minute * MINUTE_MS, { index: believed, jump }, RULES);

describe('a jump that all sources share [CLR-PRC-014]', () => {
  it.each`
    index             | believed   | isBelieved | why
    ${'7900'}         | ${'7900'}  | ${true}    | ${'no move'}
    ${'11850'}        | ${'7900'}  | ${true}    | ${'exactly at the band above'}
    ${'11850.000001'} | ${'7900'}  | ${false}   | ${'one step beyond it'}
    ${'8000'}         | ${'12000'} | ${true}    | ${'exactly at the band below, which is 12000 / 1.5'}
    ${'7999.999999'}  | ${'12000'} | ${false}   | ${'one step beyond it'}
    ${'6000'}         | ${'9000'}  | ${true}    | ${'a third less is as far as half as much again'}
    ${'5999'}         | ${'9000'}  | ${false}   | ${'and a little more is not'}
    ${'7900000'}      | ${'7900'}  | ${false}   | ${'a price per thousand'}
    ${'7.9'}          | ${'7900'}  | ${false}   | ${'a price of a thousandth'}
    ${'0.33333333'}   | ${'0.5'}   | ${false}   | ${'a step below a third less, where division would have rounded'}
    ${'7900000'}      | ${null}    | ${true}    | ${'the first index has nothing to be held against'}
  `(
    'believes $index after $believed: $isBelieved, $why',
    ({ index, believed, isBelieved }: { index: string; believed: string | null; isBelieved: boolean }) => {
      const jump = jumped(index, 0, believed, null);
      expect(jump).toEqual(
        isBelieved ? null : { index, first: index, since: NINE, believedFrom: NINE + 10 * MINUTE_MS },
      );
    },
  );

  const since = { first: '12000', since: NINE };

  it.each`
    index      | minute             | first      | from    | why
    ${'12000'} | ${1}               | ${'12000'} | ${0}    | ${'stands where it was found'}
    ${'18000'} | ${1}               | ${'12000'} | ${0}    | ${'exactly at the band around where it was found'}
    ${'18001'} | ${1}               | ${'18001'} | ${1}    | ${'beyond that band: the wait begins anew'}
    ${'80000'} | ${9}               | ${'80000'} | ${9}    | ${'however late'}
    ${'80000'} | ${10}              | ${'80000'} | ${10}   | ${'and at its end'}
    ${'4000'}  | ${3}               | ${'4000'}  | ${3}    | ${'so does the other side'}
    ${'12000'} | ${10 - 1 / 60_000} | ${'12000'} | ${0}    | ${'a millisecond before the end'}
    ${'12000'} | ${10}              | ${null}    | ${null} | ${'at the end it is believed'}
    ${'18000'} | ${10}              | ${null}    | ${null} | ${'wherever it stands within the band'}
    ${'12000'} | ${60}              | ${null}    | ${null} | ${'a set that comes late'}
    ${'10000'} | ${1}               | ${null}    | ${null} | ${'back within the band of what was believed'}
  `(
    'at $index after $minute min is held from $first at $from min: $why',
    ({ index, minute, first, from }: { index: string; minute: number; first: string | null; from: number | null }) => {
      const jump = jumped(index, minute, '7000', since);
      if (first === null || from === null) expect(jump).toBeNull();
      else {
        const begun = NINE + from * MINUTE_MS;
        expect(jump).toEqual({ index, first, since: begun, believedFrom: begun + 10 * MINUTE_MS });
      }
    },
  );
});
