import { dec, sum, text } from '@ballast/kernel';
import fc from 'fast-check';
import { contractValue } from '../contract-value.js';
import { holding, specificationOf } from '../instruments.fixtures.js';
import { deliveryFee, settleExpiry } from './expiry-settlement.js';

const call = specificationOf('BTC-27MAR26-60000-C');
const coinCall = specificationOf('BTC-27MAR26-60000-C-INVERSE');
const future = specificationOf('BTC-27MAR26');
const inverseFuture = specificationOf('BTC-27MAR26-INVERSE');

describe('delivery fee [CLR-INS-022]', () => {
  it('is 0.015 % of the underlying, at most 12.5 % of the option: 5 of 9 for one worth 40 (W48)', () => {
    expect(text(deliveryFee(specificationOf('BTC-27MAR26-59960-C'), dec(1), dec(60_000)))).toBe('5');
  });

  it.each`
    specification    | quantity    | price      | fee          | why
    ${call}          | ${'1'}      | ${'60072'} | ${'9'}       | ${'12.5 % of 72 is 9, below 9.0108'}
    ${call}          | ${'-2'}     | ${'70000'} | ${'21'}      | ${'a writer pays too: 2 x 10.5'}
    ${call}          | ${'1'}      | ${'60000'} | ${'0'}       | ${'worthless: free of charge'}
    ${coinCall}      | ${'3'}      | ${'80000'} | ${'0.00045'} | ${'3 x 0.00015 coin'}
    ${future}        | ${'2'}      | ${'60000'} | ${'18'}      | ${'2 x 60,000 x 0.015 %, no cap'}
    ${inverseFuture} | ${'-60000'} | ${'60000'} | ${'0.00015'} | ${'one coin x 0.015 %'}
  `('of $quantity at $price is $fee: $why', ({ specification, quantity, price, fee }) => {
    expect(text(deliveryFee(specification as typeof call, dec(quantity as string), dec(price as string)))).toBe(fee);
  });
});

describe('expiry [CLR-INS-023]', () => {
  it('pays off options and closes all positions', () => {
    const holdings = [holding('a', 3, 4500), holding('b', -1, -1400), holding('c', -2, -3100)];
    const { legs, residue, fees } = settleExpiry(call, 2, holdings, dec('61000.005'));
    expect(legs.map(({ payment }) => text(payment))).toEqual(['3000.01', '-1000.01', '-2000.01']);
    expect(text(residue)).toBe('0.01');
    expect(legs.map(({ closing }) => text(closing))).toEqual(['-3', '1', '2']);
    expect(legs.every(({ position }) => position.quantity.isZero() && position.cost.isZero())).toBe(true);
    expect(legs.map(({ realised }) => text(realised))).toEqual(['-1499.985', '399.995', '1099.99']);
    // 9.15000075 a contract, each leg rounded up: 27.46 + 9.16 + 18.31.
    expect(text(fees)).toBe('54.93');
  });

  it('pays a future the change since its last entry', () => {
    const { legs } = settleExpiry(future, 2, [holding('a', 2, 100_000), holding('b', -2, -104_000)], dec(51_000));
    expect(legs.map(({ payment }) => text(payment))).toEqual(['2000', '2000']);
  });

  it('leaves zero positions whatever the book, and everything paid, to the last unit', () => {
    const quantities = fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 1, maxLength: 6 });
    const specification = fc.constantFrom(call, coinCall, future, inverseFuture);
    fc.assert(
      fc.property(quantities, fc.integer({ min: 1, max: 20_000_000 }), specification, (held, cents, contract) => {
        const all = [...held, -held.reduce((total, next) => total + next, 0)].map((quantity) => dec(quantity).div(10));
        const unit = contractValue(contract.instrument, dec('0.5'));
        const holdings = all.map((quantity, i) => ({ holder: i, position: { quantity, cost: unit.times(quantity) } }));
        const digits = contract.settlementAsset === 'USD' ? 2 : 8;
        const { legs, residue } = settleExpiry(contract, digits, holdings, dec(cents).div(100));
        legs.forEach(({ closing }, i) => expect(text(closing.plus(all[i] ?? 0))).toBe('0'));
        expect(text(sum(legs.map(({ payment }) => payment)).plus(residue))).toBe('0');
        const units = residue.times(dec(10).pow(digits));
        expect(units.isInteger() && units.gte(0) && units.lte(all.length)).toBe(true);
      }),
    );
  });

  it('closes a perpetual that is delisted at its price, free of charge', () => {
    const { legs, residue } = settleExpiry(
      specificationOf('BTC-PERP'),
      2,
      [
        { holder: 'a', position: { quantity: dec(2), cost: dec(100_000) } },
        { holder: 'b', position: { quantity: dec(-2), cost: dec(-118_000) } },
      ],
      dec(60_000),
    );
    expect(legs.map(({ payment, fee }) => `${text(payment)} ${text(fee)}`)).toEqual(['20000 0', '-2000 0']);
    expect(text(residue)).toBe('0');
  });

  it('stops on a book that does not add up', () => {
    expect(() => settleExpiry(future, 2, [holding('a', 1)], dec(60_000))).toThrow('add up to 1 contracts, not to zero');
  });
});
