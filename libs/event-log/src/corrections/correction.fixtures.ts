import type { EventDraft } from '../event-log.fixtures.js';

/** A request of deleveraging as it is stored. */
export const ADL = {
  caseId: 'carol.main#1',
  accountId: 'carol.main',
  instrument: 'BTC-PERP',
  side: 'long',
  quantity: '2.5',
  bankruptcyPrice: '5910.2',
  schedule: 651,
  lot: '0.001',
  mark: '5850',
  deficit: '150.5',
  accountVersion: 17,
  attempt: 1,
  nextSchedule: 421,
  settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
};

/** The same at another price. */
export const adlDraft = (bankruptcyPrice: string): EventDraft => ({
  ...{ type: 'AdlRequested', stream: 'liquidation-carol.main#1' },
  payload: { ...ADL, bankruptcyPrice },
});

export const ZERO_PRICE = { 'payload.bankruptcyPrice': '0' } as const;
