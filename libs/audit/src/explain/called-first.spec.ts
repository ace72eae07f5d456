import type { MarginEvents } from '@ballast/facts';
import { calledFirst } from './called-first.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];

const AT = Date.UTC(2020, 2, 12, 10, 30);
const entry = (told: Pick<LiquidationTriggered, 'call' | 'uncalled'>): LiquidationTriggered =>
  told as LiquidationTriggered;

describe('what is told of the call before a liquidation [CLR-MRG-052]', () => {
  it('is the call and how long before it came', () => {
    const call = { callId: 'ann.main#2', issuedAt: Date.UTC(2020, 2, 12, 10, 12, 1) };
    expect(calledFirst(entry({ call, uncalled: null }), AT)).toBe(
      'The owner was called first: ann.main#2 at 2020-03-12T10:12:01Z, 17 minutes before the liquidation.',
    );
  });

  it.each([
    ['one-price-set', /one price set/],
    ['own-change', /the account, or another of its owner, changed/],
    ['debt-alone', /nothing but a debt/],
    ['liquidated-before', /closed below the level/],
  ] as const)('or why there was none: %s', (uncalled, words) => {
    expect(calledFirst(entry({ call: null, uncalled }), AT)).toMatch(words);
  });
});
