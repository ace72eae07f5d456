import type { LogEntry } from '@ballast/event-sourcing';
import { nodeText } from './cause-graph.js';

const entry = (type: string, payload: object): LogEntry =>
  ({ log: 'liquidation', partition: -1, type, payload }) as never;

describe('an event in a sentence', () => {
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
});
