import { MINUTE_MS } from '@ballast/kernel';
import { SeededHash } from '../seeded-hash.js';
import { accountProfiles, type AccountProfile } from './owner-profile.js';
import { REACTIONS, REACTIONS_NAMES, type ReactionsName } from './reactions.js';

const crowd = (accounts: number, seed = '1', reactions: ReactionsName = 'usual'): readonly AccountProfile[] =>
  accountProfiles(new SeededHash(seed), accounts, 8, 0, REACTIONS[reactions]);

describe('the sizes of a crowd', () => {
  it.each([
    [200, 0.4],
    [600, 0.35],
    [1_000, 0.36],
    [3_000, 0.25],
  ])('of %d accounts are spread: the ten that want most want at most %d of everything', (accounts, most) => {
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const wanted = crowd(accounts, seed)
        .filter(({ kind }) => kind !== 'liquidity-provider')
        .map(({ wealth, leverage }) => wealth * leverage)
        .sort((a, b) => b - a);
      const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
      expect(sum(wanted.slice(0, 10)) / sum(wanted)).toBeLessThanOrEqual(most);
    }
  });

  it('are many small ones and few large ones: half of the traders bring less than 85,000 USD, one in ten more than 380,000', () => {
    const wealth = crowd(3_000)
      .filter(({ kind }) => kind === 'trader')
      .map((profile) => profile.wealth);
    const share = (fits: (each: number) => boolean): number => wealth.filter(fits).length / wealth.length;
    expect(share((each) => each < 85_000)).toBeGreaterThan(0.5);
    expect(share((each) => each > 380_000)).toBeGreaterThan(0.08);
    expect(Math.max(...wealth)).toBe(4_000_000);
  });
});

describe('the reactions of a crowd', () => {
  it.each(REACTIONS_NAMES)('are those of the distribution %s', (name) => {
    const traders = crowd(3_000, '3', name).filter(({ kind }) => kind === 'trader');
    const share = (fits: (profile: AccountProfile) => boolean): number => traders.filter(fits).length / traders.length;
    const { topUp, reduce, atWarning, meanDelayMinutes } = REACTIONS[name];
    expect(share(({ callReaction }) => callReaction === 'top-up')).toBeCloseTo(topUp, 1);
    expect(share(({ callReaction }) => callReaction === 'reduce')).toBeCloseTo(reduce, 1);
    expect(share(({ actsOnWarning }) => actsOnWarning)).toBeCloseTo(atWarning, 1);
    const minutes = traders.map(({ reactsAfterMs }) => reactsAfterMs / MINUTE_MS);
    const mean = minutes.reduce((total, each) => total + each, 0) / minutes.length;
    // At least a minute, whole minutes: half a minute above the mean of the exponential.
    expect(Math.abs(mean - meanDelayMinutes - 0.5)).toBeLessThan(1);
    expect(Math.min(...minutes)).toBe(1);
    expect(Math.max(...minutes)).toBeLessThanOrEqual(180);
  });
});
