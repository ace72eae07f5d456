import type { PricingEvents } from '@ballast/facts';
import { DAY_MS, instantOf } from '@ballast/kernel';
import { impliedVolatility } from './implied-volatility.js';

type SurfacePublished = PricingEvents['SurfacePublished'];

const NOW = instantOf('2026-10-01T08:00:00Z');
const HORIZON = 30 * DAY_MS;

/** A smile at so many days whose total variance at the money is `a`. */
const surface = (days: number, a: string, changes: Partial<SurfacePublished> = {}): SurfacePublished => ({
  number: 1,
  underlying: 'BTC',
  expiry: NOW + days * DAY_MS,
  asOf: NOW,
  forward: '60000',
  forwardFrom: 'parity',
  status: 'LIVE',
  origin: 'svi',
  svi: { a, b: '0', rho: '0', m: '0', sigma: '0.1' },
  gates: [],
  rejected: [],
  quotes: 20,
  ...changes,
});
const implied = (...surfaces: readonly SurfacePublished[]): string | undefined =>
  impliedVolatility(surfaces, NOW, HORIZON, 18);

describe('implied volatility [CLR-PRC-032]', () => {
  it('is that of the horizon, between the expiries around it (W151)', () => {
    // 0.01 + 23/30 * 0.03 = 0.033 over 30 days: sqrt(0.0011) a day.
    expect(implied(surface(7, '0.01'), surface(37, '0.04'))).toBe('0.033166247903553998');
    expect(implied(surface(37, '0.04'), surface(7, '0.01'), surface(180, '0.5'))).toBe('0.033166247903553998');
  });

  it('reads the smile at the money: a + b (sqrt(m^2 + sigma^2) - rho m)', () => {
    const svi = { a: '0.01', b: '0.1', rho: '-0.5', m: '0.03', sigma: '0.04' };
    // 0.01 + 0.1 * (0.05 + 0.015) = 0.0165 over 30 days.
    expect(implied(surface(30, '0', { svi }))).toBe('0.023452078799117148');
  });

  it.each([
    ['nearer', 4, '0.0064'],
    ['further', 64, '0.1024'],
  ])('runs on at the rate of the only expiry, %s than the horizon', (_, days, variance) => {
    expect(implied(surface(days, variance))).toBe('0.04');
  });

  it.each([
    ['there is no surface', []],
    ['none is LIVE', [surface(30, '0.04', { status: 'DEGRADED' }), surface(60, '0.08', { status: 'HALT' })]],
    ['the expiry is over', [surface(0, '0.04')]],
  ])('is absent while %s', (_, surfaces) => {
    expect(implied(...surfaces)).toBeUndefined();
  });

  it('leaves a surface that is not LIVE out of the line', () => {
    expect(implied(surface(7, '0.01', { status: 'DEGRADED' }), surface(30, '0.048'))).toBe('0.04');
  });
});
