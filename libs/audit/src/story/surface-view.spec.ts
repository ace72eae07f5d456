import type { PricingEvents } from '@ballast/facts';
import { surfacesView, type PlacedSurface } from './surface-view.js';

const NOON = Date.parse('2025-11-01T12:00:00Z');
const NEAR = Date.parse('2025-11-07T08:00:00Z');
const FAR = Date.parse('2026-03-27T08:00:00Z');

/** As flat as the volatility that the total variance stands for. */
function flat(expiry: number, volatility: number): PlacedSurface {
  const years = (expiry - NOON) / (365 * 86_400_000);
  const surface: PricingEvents['SurfacePublished'] = {
    ...{ number: 1, underlying: 'BTC', expiry, asOf: NOON, forward: '60000', forwardFrom: 'future', status: 'LIVE' },
    ...{ origin: 'flat', quotes: 0, rejected: [{ origin: 'svi', failed: ['butterfly'] }] },
    svi: { a: String(volatility ** 2 * years), b: '0', rho: '0', m: '0', sigma: '0.1' },
    gates: [{ gate: 'butterfly', passed: true, margin: '1' }],
  };
  return { position: expiry === NEAR ? 7 : 8, surface };
}

const option = (instrument: string, price: string, volatility: string | null) => ({
  ...{ instrument, mark: price, price, forward: '60000', volatility, status: 'LIVE' as const, basis: null, values: [] },
});

const priced: PricingEvents['RiskArraysPublished'] = {
  ...{ number: 1, asOf: NOON, status: 'LIVE', scenarioSet: 'adaptive-scenarios@1', scenarios: [] },
  instruments: [
    option('BTC-7NOV25-60000-P', '900', '0.6'),
    option('BTC-7NOV25-60000-C', '900', '0.6'),
    option('BTC-7NOV25-55000-C', '5200', '0.6'),
    option('BTC-7NOV25', '60000', null),
    option('BTC-27MAR26-60000-C', '5000', '0.5'),
  ],
  contentHash: '00'.repeat(32),
};

describe('surfaces as they are shown', () => {
  it('are the open ones, the next first, each with its smile, its gates and the options priced on it', () => {
    const { expiries } = surfacesView('BTC', NOON, [flat(FAR, 0.5), flat(NEAR, 0.6)], priced);
    expect(expiries.map(({ expiry, position }) => [expiry, position])).toEqual([
      [NEAR, 7],
      [FAR, 8],
    ]);
    const [near] = expiries;
    for (const { volatility, strike, share } of near?.smile ?? []) {
      expect(volatility).toBeCloseTo(0.6, 9);
      expect(strike).toBeCloseTo(60_000 * share, 6);
    }
    expect(near?.smile.map(({ share }) => share)).toContain(1);
    expect(near).toMatchObject({
      gates: [{ gate: 'butterfly', passed: true, margin: '1' }],
      rejected: [{ origin: 'svi', failed: ['butterfly'] }],
    });
    expect(near?.options.map(({ instrument }) => instrument)).toEqual([
      'BTC-7NOV25-55000-C',
      'BTC-7NOV25-60000-C',
      'BTC-7NOV25-60000-P',
    ]);
  });

  it('end with their expiry, and those of another underlying are not among them', () => {
    expect(surfacesView('BTC', NEAR, [flat(NEAR, 0.6)], priced).expiries).toEqual([]);
    expect(surfacesView('ETH', NOON, [flat(NEAR, 0.6)], priced).expiries).toEqual([]);
    expect(surfacesView('BTC', NOON, [flat(NEAR, 0.6)], null).expiries[0]?.options).toEqual([]);
  });
});
