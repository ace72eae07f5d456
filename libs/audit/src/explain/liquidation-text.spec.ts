import type { LogEntry } from '@ballast/event-sourcing';
import { EVENT_FAMILIES } from '@ballast/facts';
import { liquidationText } from './liquidation-text.js';

const entry = (type: string, payload: object): LogEntry => ({ type, payload }) as unknown as LogEntry;

/** Figures that any step may name. */
const PAYLOAD = {
  ...{ caseId: 'alice.main#1', instrument: 'BTC-PERP', slice: 1, side: 'sell', quantity: '2', mark: '5000' },
  ...{ closedQuantity: '2', finalRate: '0.01', penalty: '100', amount: '7', accounts: ['alice.second'] },
  ...{ notional: '67722.1712', perMinute: '1738111.11', paceFrom: 'volume', ahead: 2, reason: 'minute-used-up' },
  ...{ until: Date.UTC(2020, 2, 12, 10, 37), nextAt: Date.UTC(2020, 2, 12, 10, 38) },
  ...{ outcome: 'RESTORED', slices: 2, uncoveredLoss: '0', nextSchedule: 3, bankruptcyPrice: '4800', limit: '4800' },
  ...{ fillPrice: '4900', counterparty: 'alice.second', purpose: 'deficit', books: [{ underlying: 'BTC' }] },
};

describe('a step of a liquidation in a sentence', () => {
  const steps = EVENT_FAMILIES.filter(
    ({ log, partition }) => log === 'liquidation' && partition === 'numbered',
  ).flatMap(({ events }) => Object.keys(events));

  it.each([...steps, 'CloseOutTurnGranted', 'CloseOutTurnDeferred'])('tells %s in words', (type) => {
    const text = liquidationText(entry(type, PAYLOAD));
    expect(text).toMatch(/^.* .*\.$/);
    expect(text).not.toContain('undefined');
  });

  it('says what a hedge does [CLR-LIQ-082]', () => {
    const hedge = { underlying: 'BTC', deltaBefore: '-200000', deltaAfter: '-50000' };
    const order = { ...PAYLOAD, hedge: { ...hedge, requirementBefore: '10000', requirementAfter: '5500' } };
    expect(liquidationText(entry('CloseOutOrderPlaced', order))).toBe(
      'Slice 1: sell 2 BTC-PERP at the mark 5000.00 USD, a hedge: delta of BTC from -200000.00 USD to -50000.00 USD, requirement from 10000.00 USD to 5500.00 USD.',
    );
  });

  it('says how much a turn allows and until when', () => {
    expect(liquidationText(entry('CloseOutTurnGranted', PAYLOAD))).toBe(
      'It is its turn: it may close 67722.17 USD of BTC-PERP until 2020-03-12T10:37:00Z.',
    );
  });
});
