import type { MarginEvents } from '@ballast/facts';
import { noCallReason } from './no-call.js';

type AccountStateChanged = MarginEvents['AccountStateChanged'];

const changed = (from: AccountStateChanged['from'], to: AccountStateChanged['to']): AccountStateChanged =>
  ({
    from,
    to,
    assessment: { figures: { equity: '900', initial: '2342.4', call: '1873.92', liquidation: '936.96' } },
  }) as AccountStateChanged;

describe('why there was no call', () => {
  it.each(['HEALTHY', 'WARN'] as const)('is told of an account that was %s in the run before', (from) => {
    expect(noCallReason(changed(from, 'LIQUIDATING'))).toMatch(
      /^There was no call because one run .* equity 900 against a liquidation requirement of 936.96\.$/,
    );
  });

  it.each([
    ['MARGIN_CALL', 'LIQUIDATING'],
    ['RESTRICTED', 'LIQUIDATING'],
    ['HEALTHY', 'RESTRICTED'],
  ] as const)('is not told of a change from %s to %s', (from, to) => {
    expect(noCallReason(changed(from, to))).toBeNull();
  });
});
