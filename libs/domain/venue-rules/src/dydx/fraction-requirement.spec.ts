import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import {
  accountRisk,
  fundingClamp,
  initialRequirement,
  isInitialCollateralised,
  isLiquidatable,
  isMaintenanceCollateralised,
  maintenanceFractionOfNotional,
  maintenanceRequirement,
  netNotional,
  openInterestScaledFraction,
} from './fraction-requirement.js';

const CAPS = { lower: dec('25000000'), upper: dec('50000000') };

describe('requirements of a notional [CLR-MDL-111]', () => {
  it.each`
    size            | price      | expected       | why
    ${'0.1'}        | ${'50000'} | ${'5000'}      | ${'exact'}
    ${'0.0000001'}  | ${'19.9'}  | ${'0.000001'}  | ${'1.99e-6: toward zero'}
    ${'-0.0000001'} | ${'19.9'}  | ${'-0.000001'} | ${'a short toward zero too'}
    ${'0'}          | ${'50000'} | ${'0'}         | ${'nothing held'}
  `('notional of $size at $price is $expected: $why', ({ size, price, expected }: Record<string, string>) => {
    expect(text(netNotional(dec(size!), dec(price!)))).toBe(expected);
  });

  it.each`
    notional      | fraction  | share    | initial       | maintenance   | why
    ${'5000'}     | ${'0.2'}  | ${'0.5'} | ${'1000'}     | ${'500'}      | ${'exact'}
    ${'0.000001'} | ${'0.1'}  | ${'0.5'} | ${'0.000001'} | ${'0.000001'} | ${'both rounded up to one unit'}
    ${'-0.00001'} | ${'0.21'} | ${'0.5'} | ${'0.000003'} | ${'0.000002'} | ${'2.1 up to 3, and half of the rounded 3 up to 2'}
    ${'5000'}     | ${'0'}    | ${'0.5'} | ${'0'}        | ${'0'}        | ${'a market without margin'}
    ${'5000'}     | ${'1'}    | ${'1'}   | ${'5000'}     | ${'5000'}     | ${'paid in full'}
  `('$notional at $fraction asks for $initial and $maintenance: $why', (row: Record<string, string>) => {
    const [notional, fraction] = [dec(row.notional!), dec(row.fraction!)];
    expect(text(initialRequirement(notional, fraction))).toBe(row.initial);
    expect(text(maintenanceRequirement(notional, fraction, dec(row.share!)))).toBe(row.maintenance);
  });

  it('never fall when the notional grows, and maintenance never exceeds initial', () => {
    const fraction = fc.integer({ min: 0, max: 1_000_000 }).map((ppm) => dec(ppm).div('1e6'));
    const amount = fc.integer({ min: 0, max: 2_000_000_000 }).map((units) => dec(units).div('1e6'));
    fc.assert(
      fc.property(amount, amount, fraction, fraction, (first, second, base, share) => {
        const [small, large] = first.lt(second) ? [first, second] : [second, first];
        const maintenance = maintenanceRequirement(large, base, share);
        expect(maintenance.gte(maintenanceRequirement(small, base, share))).toBe(true);
        expect(maintenance.gte(0)).toBe(true);
        expect(maintenance.lte(initialRequirement(large, base))).toBe(true);
      }),
    );
  });
});

describe('initial fraction by open interest', () => {
  it.each`
    openInterest        | expected      | why
    ${'0'}              | ${'0.2'}      | ${'far below the lower cap'}
    ${'25000000'}       | ${'0.2'}      | ${'exactly at the lower cap'}
    ${'25000001'}       | ${'0.2'}      | ${'a dollar above: 3.2e-8 is floored away'}
    ${'37500000'}       | ${'0.6'}      | ${'halfway: 0.2 + 0.8 / 2'}
    ${'41287036.99575'} | ${'0.721185'} | ${'0.52118518... floored to parts per million'}
    ${'49999999'}       | ${'0.999999'} | ${'just below the upper cap'}
    ${'50000000'}       | ${'1'}        | ${'exactly at the upper cap'}
    ${'90000000'}       | ${'1'}        | ${'above it'}
  `('at $openInterest is $expected: $why', ({ openInterest, expected }: Record<string, string>) => {
    expect(text(openInterestScaledFraction(dec('0.2'), CAPS, dec(openInterest!)))).toBe(expected);
  });

  it('is the base fraction when there is no upper cap', () => {
    const caps = { lower: dec('0'), upper: dec('0') };
    expect(text(openInterestScaledFraction(dec('0.2'), caps, dec('1e12')))).toBe('0.2');
  });
});

describe('fractions that follow', () => {
  it('maintenance is floored to parts per million', () => {
    expect(text(maintenanceFractionOfNotional(dec('0.000003'), dec('0.5')))).toBe('0.000001');
  });

  it('funding is clamped by six times the headroom (W26)', () => {
    expect(text(fundingClamp(dec('6'), dec('0.02'), dec('0.6')))).toBe('0.048');
    expect(text(fundingClamp(dec('6'), dec('0.02'), dec('1')))).toBe('0');
  });
});

describe('an account', () => {
  const btc = {
    market: 'BTC',
    oraclePrice: dec('50000'),
    initialFraction: dec('0.2'),
    maintenanceFraction: dec('0.5'),
  };

  it('adds notionals to its quote balance and requirements to each other', () => {
    const risk = accountRisk({
      quoteBalance: dec('110'),
      positions: [
        { ...btc, size: dec('0.004') },
        { ...btc, market: 'ETH', oraclePrice: dec('3000'), size: dec('-0.1') },
      ],
    });
    expect(Object.values(risk).map(text)).toEqual(['10', '100', '50']);
  });

  it.each`
    netCollateral  | requirement | reaches  | liquidatable | why
    ${'100'}       | ${'100'}    | ${true}  | ${false}     | ${'exactly at the requirement'}
    ${'99.999999'} | ${'100'}    | ${false} | ${true}      | ${'one unit below'}
    ${'-1'}        | ${'0'}      | ${false} | ${false}     | ${'a deficit without positions is no liquidation'}
    ${'0'}         | ${'0'}      | ${true}  | ${false}     | ${'an empty account'}
  `('with $netCollateral against $requirement: $why', ({ netCollateral, requirement, reaches, liquidatable }) => {
    const collateral = dec(netCollateral as string);
    const asked = dec(requirement as string);
    expect(isInitialCollateralised({ netCollateral: collateral, initial: asked })).toBe(reaches);
    expect(isMaintenanceCollateralised({ netCollateral: collateral, maintenance: asked })).toBe(reaches);
    expect(isLiquidatable({ netCollateral: collateral, maintenance: asked })).toBe(liquidatable);
  });
});

describe('figures as large as the venue allows', () => {
  const largest = dec('18446744073709551615');
  const notional = netNotional(largest, largest);
  const withUnit = dec(`${text(notional)}.000001`);

  it('are rounded once, on the grid, and not to 40 digits before', () => {
    expect(text(notional)).toBe('340282366920938463426481119284349108225');
    const maintenance = maintenanceRequirement(withUnit, dec('0.721185'), dec('0.333333'));
    // In integers of 1e-6: ceil(ceil(340282366920938463426481119284349108225000001 x 0.721185) x 0.333333).
    expect(text(initialRequirement(withUnit, dec('0.721185')))).toBe('245406538787877005746226786011083311615.246626');
    expect(text(maintenance)).toBe('81802097793779405956407013261432433510.645004');
  });
});
