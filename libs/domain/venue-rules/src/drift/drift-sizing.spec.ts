import { describe, expect, it } from '@jest/globals';
import { dec, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import { depositIndexReduction, perpLossPerUnit } from './loss-socialisation.js';
import { freeableShare, rampedLiquidatorFee } from './pacing.js';
import {
  assetTransferForLiability,
  liabilityTransferFromAssets,
  liabilityTransferToCoverShortage,
  perpInsuranceFee,
  type PerpShortage,
  sizeToCoverShortage,
  spotInsuranceFee,
  type SpotShortage,
  UNLIMITED,
} from './transfer-sizing.js';

const perp = (rest: Partial<Record<keyof PerpShortage, string>> = {}): PerpShortage => {
  const figures = {
    marginShortage: '10',
    marginRatio: '0.1',
    liquidatorFee: '0',
    oraclePrice: '100',
    quotePrice: '1',
    ...rest,
  };
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, dec(value)]),
  ) as unknown as PerpShortage;
};

describe('size of a perpetual that covers a shortage [CLR-LQM-030]', () => {
  it.each`
    changes                                                                  | fee       | expected         | why
    ${{}}                                                                    | ${'0'}    | ${'1'}           | ${'10 / (100 x 0.1)'}
    ${{ liquidatorFee: '0.01' }}                                             | ${'0'}    | ${'1.111111111'} | ${'floored to base units'}
    ${{ liquidatorFee: '0.01' }}                                             | ${'0.01'} | ${'1.25'}        | ${'both fees eat into what closing frees'}
    ${{ quotePrice: '0.99' }}                                                | ${'0'}    | ${'1.01010101'}  | ${'the quote is worth less'}
    ${{ marginShortage: '100', marginRatio: '0.05', liquidatorFee: '0.01' }} | ${'0.02'} | ${'50'}          | ${'W78 per unit of 100'}
    ${{ liquidatorFee: '0.1' }}                                              | ${'0'}    | ${UNLIMITED}     | ${'the fee eats all of it'}
    ${{ liquidatorFee: '0.05' }}                                             | ${'0.05'} | ${UNLIMITED}     | ${'both fees do'}
    ${{ oraclePrice: '0' }}                                                  | ${'0'}    | ${UNLIMITED}     | ${'worth nothing'}
    ${{ marginShortage: '0' }}                                               | ${'0'}    | ${'0'}           | ${'nothing is short'}
  `('$why', ({ changes, fee, expected }) => {
    const size = sizeToCoverShortage(perp(changes as Partial<Record<keyof PerpShortage, string>>), dec(fee as string));
    expect(size === UNLIMITED ? size : text(size)).toBe(expected);
  });
});

describe('insurance fee of a perpetual', () => {
  const shortage = { marginShortage: '100', marginRatio: '0.05', liquidatorFee: '0.01', oraclePrice: '1000' };

  it.each`
    changes                             | size     | max       | expected      | why
    ${{}}                               | ${'10'}  | ${'1'}    | ${'0.0285'}   | ${'W78: 95 % of 0.05 - 0.01 - 0.01'}
    ${{}}                               | ${'-10'} | ${'1'}    | ${'0.0285'}   | ${'a short alike'}
    ${{}}                               | ${'10'}  | ${'0.02'} | ${'0.02'}     | ${'at most the maximum'}
    ${{ marginShortage: '400' }}        | ${'10'}  | ${'1'}    | ${'0'}        | ${'no headroom'}
    ${{ marginShortage: '900' }}        | ${'10'}  | ${'1'}    | ${'0'}        | ${'less than none'}
    ${{ liquidatorFee: '0.05' }}        | ${'10'}  | ${'1'}    | ${'0'}        | ${'the liquidator takes all of it'}
    ${{}}                               | ${'0'}   | ${'1'}    | ${'0'}        | ${'nothing to close'}
    ${{ oraclePrice: '0' }}             | ${'10'}  | ${'1'}    | ${'0'}        | ${'worth nothing'}
    ${{ quotePrice: '0' }}              | ${'10'}  | ${'1'}    | ${'0'}        | ${'the quote is worth nothing'}
    ${{ marginShortage: '100.000001' }} | ${'3'}   | ${'1'}    | ${'0.006333'} | ${'33.333333 / 1000 floored, then 95 % floored'}
  `('$why', ({ changes, size, max, expected }) => {
    const found = perp({ ...shortage, ...(changes as Partial<Record<keyof PerpShortage, string>>) });
    expect(text(perpInsuranceFee(found, dec(size as string), dec(max as string)))).toBe(expected);
  });
});

const spotShortage = (rest: Partial<Record<string, string>> = {}): SpotShortage => {
  const figures = {
    marginShortage: '10',
    assetWeight: '0.8',
    assetMultiplier: '1',
    liabilityWeight: '1.2',
    liabilityMultiplier: '1',
    liabilityPrice: '100',
    ...rest,
  };
  const { liabilityDecimals = '9', ...decimals } = figures as Record<string, string>;
  const read = Object.fromEntries(Object.entries(decimals).map(([name, value]) => [name, dec(value)]));
  return { ...read, liabilityDecimals: Number(liabilityDecimals) } as unknown as SpotShortage;
};

describe('debt whose transfer covers a shortage', () => {
  it.each`
    changes                                                   | fee       | expected         | why
    ${{}}                                                     | ${'0'}    | ${'0.25'}        | ${'10 / (100 x 0.4)'}
    ${{ assetMultiplier: '1.1', liabilityMultiplier: '0.9' }} | ${'0'}    | ${'0.44998425'}  | ${'0.97777 on five decimals'}
    ${{}}                                                     | ${'0.01'} | ${'0.257731958'} | ${'10 / (40 - 1 x 1.2)'}
    ${{ liabilityDecimals: '6' }}                             | ${'0.01'} | ${'0.257731'}    | ${'floored to the decimals of the debt'}
    ${{ liabilityDecimals: '4' }}                             | ${'0.01'} | ${'0.2577'}      | ${'fewer than the quote has'}
    ${{ assetWeight: '1.2' }}                                 | ${'0'}    | ${UNLIMITED}     | ${'the asset weighs as much as the debt'}
    ${{ assetWeight: '1', assetMultiplier: '1.2' }}           | ${'0'}    | ${UNLIMITED}     | ${'it does with the multiplier'}
    ${{}}                                                     | ${'0.4'}  | ${UNLIMITED}     | ${'the fee eats all of it'}
  `('$why', ({ changes, fee, expected }) => {
    const size = liabilityTransferToCoverShortage(spotShortage(changes as Record<string, string>), dec(fee as string));
    expect(size === UNLIMITED ? size : text(size)).toBe(expected);
  });
});

describe('insurance fee of a spot liquidation', () => {
  it.each`
    changes                         | amount | max       | expected      | why
    ${{}}                           | ${'1'} | ${'1'}    | ${'0.25'}     | ${'(1.2 - 0.8 - 0.1) / 1.2'}
    ${{}}                           | ${'1'} | ${'0.05'} | ${'0.05'}     | ${'at most the maximum'}
    ${{ assetMultiplier: '1.01' }}  | ${'1'} | ${'1'}    | ${'0.243333'} | ${'(1.2 - 0.808 - 0.1) / 1.2 floored'}
    ${{ marginShortage: '40' }}     | ${'1'} | ${'1'}    | ${'0'}        | ${'no headroom'}
    ${{}}                           | ${'0'} | ${'1'}    | ${'0'}        | ${'no debt'}
    ${{ assetWeight: '2' }}         | ${'1'} | ${'1'}    | ${'0'}        | ${'the asset weighs more'}
    ${{ liabilityPrice: '0' }}      | ${'1'} | ${'1'}    | ${'0'}        | ${'worth nothing'}
    ${{ liabilityMultiplier: '0' }} | ${'1'} | ${'1'}    | ${'0'}        | ${'nothing is taken over'}
  `('$why', ({ changes, amount, max, expected }) => {
    const found = spotShortage(changes as Record<string, string>);
    expect(text(spotInsuranceFee(found, dec(amount as string), dec(max as string)))).toBe(expected);
  });
});

describe('exchange of an asset against a debt', () => {
  const dollars = (amount: string) => ({ assetAmount: dec(amount), assetDecimals: 6, assetPrice: dec('1') });

  it.each`
    asset   | changes                                                     | expected         | why
    ${'10'} | ${{}}                                                       | ${'0.1'}         | ${'10 / 100'}
    ${'10'} | ${{ assetMultiplier: '1.01', liabilityMultiplier: '0.99' }} | ${'0.098019802'} | ${'rounded up'}
    ${'10'} | ${{ liabilityPrice: '3', liabilityDecimals: '0' }}          | ${'4'}           | ${'rounded up to whole units'}
    ${'0'}  | ${{}}                                                       | ${'0'}           | ${'nothing to give'}
  `('$asset dollars repay $expected: $why', ({ asset, changes, expected }) => {
    const pair = spotShortage(changes as Record<string, string>);
    expect(text(liabilityTransferFromAssets(dollars(asset as string), pair))).toBe(expected);
  });

  it.each`
    asset           | transfer | expected        | why
    ${'200'}        | ${'1'}   | ${'100'}        | ${'much is left'}
    ${'101'}        | ${'1'}   | ${'100'}        | ${'exactly one dollar is left: it stays'}
    ${'100.999999'} | ${'1'}   | ${'100.999999'} | ${'less than a dollar is swept up'}
    ${'99.000001'}  | ${'1'}   | ${'99.000001'}  | ${'lacking less than a dollar: all there is'}
    ${'99'}         | ${'1'}   | ${'100'}        | ${'lacking a whole dollar'}
  `('a debt of $transfer costs $expected of $asset: $why', ({ asset, transfer, expected }: Record<string, string>) => {
    expect(text(assetTransferForLiability(dollars(asset!), spotShortage(), dec(transfer!)))).toBe(expected);
  });

  it('is floored to the decimals of the asset', () => {
    const pair = spotShortage({ liabilityPrice: '1', liabilityMultiplier: '0.3' });
    expect(text(assetTransferForLiability(dollars('500'), pair, dec('1')))).toBe('3.333333');
  });
});

describe('pace of a liquidation [CLR-LQM-031]', () => {
  it.each`
    shortage       | freed    | elapsed  | initial  | duration | expected    | why
    ${'49.999999'} | ${'0'}   | ${'0'}   | ${'0.1'} | ${'150'} | ${'1'}      | ${'small shortages skip it'}
    ${'50'}        | ${'0'}   | ${'0'}   | ${'0.1'} | ${'150'} | ${'0.1'}    | ${'exactly at 50 they do not'}
    ${'100'}       | ${'0'}   | ${'15'}  | ${'0.1'} | ${'150'} | ${'0.2'}    | ${'a tenth elapsed'}
    ${'100'}       | ${'0'}   | ${'50'}  | ${'0.1'} | ${'150'} | ${'0.4333'} | ${'0.3333 + 0.1'}
    ${'100'}       | ${'100'} | ${'60'}  | ${'0.1'} | ${'150'} | ${'0'}      | ${'half of 200 is free already'}
    ${'100'}       | ${'300'} | ${'60'}  | ${'0.1'} | ${'150'} | ${'0'}      | ${'more than that is'}
    ${'100'}       | ${'50'}  | ${'60'}  | ${'0.1'} | ${'150'} | ${'0.25'}   | ${'75 - 50 of 100'}
    ${'100'}       | ${'50'}  | ${'600'} | ${'0.1'} | ${'150'} | ${'1'}      | ${'never more than all'}
    ${'100'}       | ${'0'}   | ${'0'}   | ${'0'}   | ${'0'}   | ${'1'}      | ${'no duration: at once'}
  `('$why', (row: Record<string, string>) => {
    const pace = { initialShare: dec(row.initial!), durationSlots: dec(row.duration!) };
    expect(text(freeableShare(dec(row.shortage!), dec(row.freed!), dec(row.elapsed!), pace))).toBe(row.expected);
  });

  it.each`
    elapsed     | expected    | why
    ${'0'}      | ${'0.02'}   | ${'at once'}
    ${'1499'}   | ${'0.02'}   | ${'the last slot of grace'}
    ${'1500'}   | ${'0.0215'} | ${'elapsed counts from the start'}
    ${'30000'}  | ${'0.05'}   | ${'exactly at the cap'}
    ${'100000'} | ${'0.05'}   | ${'capped'}
  `('fee after $elapsed slots is $expected: $why', ({ elapsed, expected }: Record<string, string>) => {
    const ramp = { baseFee: dec('0.02'), maxFee: dec('0.05'), graceSlots: dec('1500'), feePerSlot: dec('0.000001') };
    expect(text(rampedLiquidatorFee(dec(elapsed!), ramp))).toBe(expected);
  });
});

describe('losses shared [CLR-LQM-033]', () => {
  it.each`
    loss      | long   | short   | expected       | why
    ${'100'}  | ${'7'} | ${'4'}  | ${'9.090910'}  | ${'rounded up'}
    ${'-100'} | ${'7'} | ${'-4'} | ${'9.090910'}  | ${'signs do not matter'}
    ${'100'}  | ${'5'} | ${'0'}  | ${'20.000000'} | ${'one side only'}
    ${'0'}    | ${'5'} | ${'5'}  | ${'0.000000'}  | ${'no loss'}
  `('by positions: $why', ({ loss, long, short, expected }: Record<string, string>) => {
    expect(perpLossPerUnit(dec(loss!), dec(long!), dec(short!)).toFixed(6)).toBe(expected);
  });

  it('by nobody is refused', () => {
    expect(() => perpLossPerUnit(dec('1'), ZERO, ZERO)).toThrow(expect.objectContaining({ code: 'no-open-interest' }));
  });

  it('by depositors lower the index, rounded up, and by none of them nothing', () => {
    expect(text(depositIndexReduction(dec('1'), dec('11'), dec('120')))).toBe('0.0916666667');
    expect(text(depositIndexReduction(dec('1.5'), dec('1'), dec('3')))).toBe('0.5');
    expect(text(depositIndexReduction(dec('1'), dec('11'), ZERO))).toBe('0');
  });

  it('always cover the whole loss', () => {
    const amount = fc.integer({ min: 1, max: 1_000_000_000 });
    fc.assert(
      fc.property(amount, amount, amount, (loss, long, short) => {
        const perUnit = perpLossPerUnit(dec(loss), dec(long), dec(short));
        expect(perUnit.times(long + short).gte(loss)).toBe(true);
        expect(depositIndexReduction(dec('1.1'), dec(loss), dec(long)).times(long).gte(dec('1.1').times(loss))).toBe(
          true,
        );
      }),
    );
  });
});
