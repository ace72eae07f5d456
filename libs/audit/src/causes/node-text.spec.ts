import { goldenEvents } from '@ballast/contracts/testing';
import type { LogEntry } from '@ballast/event-sourcing';
import { nodeText } from './node-text.js';

const entry = (type: string, payload: object): LogEntry =>
  ({ log: 'liquidation', partition: -1, type, payload }) as never;

describe('an event in a sentence', () => {
  const told = goldenEvents().filter(({ entry: { log } }) => !log.endsWith('.commands'));

  it.each(told.map(({ file, entry }) => [file, entry] as const))('is a sentence for a reader: %s', (_, event) => {
    const words = nodeText(event);
    expect(words.split(' ').length).toBeGreaterThan(1);
    expect(words).not.toMatch(/undefined|null|NaN|\[object|[{}]/);
  });

  it('says of a source that nothing was known of before where it begins', () => {
    const first = { underlying: 'BTC', venue: 'atlas', from: null, to: 'LIVE', reason: 'first quote' };
    expect(nodeText(entry('SourceStateChanged', first))).toBe('atlas as a source of BTC begins as LIVE: first quote.');
  });

  it('says why a close-out waits, and until when [CLR-LIQ-038]', () => {
    const asked = { caseId: 'a.main#1', accountId: 'a.main', instrument: 'BTC-PERP' };
    const waits = { ...asked, reason: 'others-first', ahead: 3, nextAt: Date.UTC(2020, 2, 12, 10, 26) };
    expect(nodeText(entry('CloseOutTurnDeferred', waits))).toBe(
      'It waits for its turn, 3 before it (others-first); expected at 2020-03-12T10:26:00Z',
    );
    expect(nodeText(entry('CloseOutTurnGranted', { ...asked, notional: '2000' }))).toBe(
      'It may close 2000 USD of BTC-PERP now',
    );
  });

  it('says how deep the market was [CLR-PRC-022]', () => {
    const market = { instrument: 'BTC-PERP', volume: '1000', bidDepth: '4000000', askDepth: '5000000' };
    expect(nodeText(entry('MarketActivityObserved', market))).toBe(
      'Market of BTC-PERP: 1000 USD traded; within a percent of the best price 4000000 bid, 5000000 offered',
    );
  });

  it('says what the pace follows that a close-out asks for its turn in [CLR-LIQ-045]', () => {
    const asked = { accountId: 'a.main', instrument: 'BTC-PERP', notional: '2000', perMinute: '600000' };
    expect(nodeText(entry('CloseOutTurnRequested', { ...asked, paceFrom: 'depth' }))).toContain(
      'a minute by what the book holds, which is less.',
    );
  });
});
