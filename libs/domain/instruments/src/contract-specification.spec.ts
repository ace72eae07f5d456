import type { ContractSpecificationDocument } from '@ballast/facts';
import { instantOf, isoOf, text } from '@ballast/kernel';
import { listingState, readContractSpecification } from './contract-specification.js';
import { InstrumentError } from './instrument-error.js';

const perpetual: ContractSpecificationDocument = {
  id: 'BTC-PERP',
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick: '0.5',
  lot: '0.0001',
  cashStyle: 'marked-to-market',
  listedAt: '2026-01-01T08:00:00Z',
};
const option: ContractSpecificationDocument = {
  ...perpetual,
  id: 'BTC-27MAR26-60000-C-INVERSE',
  settlementAsset: 'BTC',
  tick: '0.0001',
  lot: '0.1',
  cashStyle: 'premium',
  deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
};
const future: ContractSpecificationDocument = {
  ...option,
  id: 'BTC-27MAR26',
  settlementAsset: 'USD',
  cashStyle: 'variation-margin',
};

const withCode = (code: string, field?: string): Error =>
  expect.objectContaining({ code, ...(field === undefined ? {} : { field }) }) as Error;

describe('contract specification [CLR-INS-002]', () => {
  it.each([[perpetual], [future], [option]])('is read with every figure', (document) => {
    const { instrument, tick, lot, listedAt, ...named } = readContractSpecification(document);
    const { quoteAsset, settlementAsset, cashStyle } = document;
    expect(named).toMatchObject({ quoteAsset, settlementAsset, cashStyle });
    expect(instrument.id).toBe(document.id);
    expect([instrument.contractSize, tick, lot].map(text)).toEqual([
      document.contractSize,
      document.tick,
      document.lot,
    ]);
    expect(isoOf(listedAt)).toBe(document.listedAt);
  });

  it.each<[string, string, string, unknown]>([
    ['no object', 'bad-specification', 'specification', 'BTC-PERP'],
    ['a list', 'bad-specification', 'specification', [perpetual]],
    ['an unknown field', 'bad-specification', 'leverage', { ...perpetual, leverage: '10' }],
    ['a missing field', 'bad-specification', 'lot', { ...perpetual, lot: undefined }],
    ['a number instead of text', 'bad-specification', 'tick', { ...perpetual, tick: 0.5 }],
    ['exponent notation', 'bad-specification', 'tick', { ...perpetual, tick: '5e-1' }],
    ['NaN', 'bad-specification', 'tick', { ...perpetual, tick: 'NaN' }],
    ['infinity', 'bad-specification', 'contractSize', { ...perpetual, contractSize: 'Infinity' }],
    ['a negative lot', 'bad-specification', 'lot', { ...perpetual, lot: '-1' }],
    ['a tick of zero', 'out-of-range', 'tick', { ...perpetual, tick: '0' }],
    ['an asset of small letters', 'bad-specification', 'quoteAsset', { ...perpetual, quoteAsset: 'eur' }],
    ['no such time', 'bad-specification', 'listedAt', { ...perpetual, listedAt: '2026-02-30T00:00Z' }],
    [
      'a linear contract that pays in coin',
      'wrong-settlement-asset',
      'settlementAsset',
      { ...perpetual, settlementAsset: 'BTC' },
    ],
    [
      'an inverse contract that pays in dollars',
      'wrong-settlement-asset',
      'settlementAsset',
      { ...option, settlementAsset: 'USD' },
    ],
    ['a perpetual against premium', 'wrong-cash-style', 'cashStyle', { ...perpetual, cashStyle: 'premium' }],
    [
      'an option without premium or variation',
      'wrong-cash-style',
      'cashStyle',
      { ...option, cashStyle: 'marked-to-market' },
    ],
    ['a delivered perpetual', 'wrong-delivery-fee', 'deliveryFee', { ...perpetual, deliveryFee: option.deliveryFee }],
    ['a future without delivery fee', 'wrong-delivery-fee', 'deliveryFee', { ...future, deliveryFee: undefined }],
    [
      'a fee above the whole value',
      'out-of-range',
      'rate',
      { ...future, deliveryFee: { rate: '1.1', capOfValue: '0' } },
    ],
    ['a listing at the expiry', 'listed-after-expiry', 'listedAt', { ...future, listedAt: '2026-03-27T08:00:00Z' }],
    ['a bad id', 'bad-instrument-id', 'id', { ...perpetual, id: 'BTC' }],
  ])('refuses %s with %s at %s', (_why, code, field, document) => {
    expect(() => readContractSpecification(document)).toThrow(InstrumentError);
    expect(() => readContractSpecification(document)).toThrow(withCode(code, field));
  });

  it.each`
    at                            | state               | why
    ${'2026-01-01T07:59:59.999Z'} | ${'not-yet-listed'} | ${'a millisecond before'}
    ${'2026-01-01T08:00Z'}        | ${'listed'}         | ${'exactly at the listing'}
    ${'2026-03-27T07:59:59.999Z'} | ${'listed'}         | ${'a millisecond before the expiry'}
    ${'2026-03-27T08:00Z'}        | ${'expired'}        | ${'exactly at the expiry'}
  `('of a future is $state at $at: $why', ({ at, state }: { at: string; state: string }) => {
    expect(listingState(readContractSpecification(future), instantOf(at))).toBe(state);
  });

  it('of a perpetual is listed for ever', () => {
    expect(listingState(readContractSpecification(perpetual), instantOf('2099-01-01T00:00Z'))).toBe('listed');
  });
});
