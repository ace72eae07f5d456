import { LIMIT_DOCUMENTS } from './position-limits.js';

const body = (instruments: object, underlyings: object = {}) => ({ instruments, underlyings });

describe('the document of limits [CLR-LIM-001]', () => {
  it('may bound anything, and nothing', () => {
    expect(LIMIT_DOCUMENTS.defects('l@1', body({}))).toEqual([]);
    expect(
      LIMIT_DOCUMENTS.defects(
        'l@1',
        body(
          { 'BTC-PERP': { account: '0', owner: '0.5', openInterest: '4000' }, 'ETH-PERP': { owner: '1' } },
          { BTC: { account: '30000000' } },
        ),
      ),
    ).toEqual([]);
  });

  it.each`
    wrong                                                 | field
    ${body({ 'BTC-PERP': { account: '2', owner: '1' } })} | ${'instruments.BTC-PERP.account: is above the limit of the owner'}
    ${body({ 'BTC-PERP': { account: '-1' } })}            | ${'instruments.BTC-PERP.account: write a decimal from 0'}
    ${body({ 'BTC-PERP': { account: 1 } })}               | ${'instruments.BTC-PERP.account: write a decimal from 0'}
    ${body({ 'BTC-PERP': { most: '1' } })}                | ${'instruments.BTC-PERP.most: leave it out'}
    ${body({ 'no name': {} })}                            | ${'instruments.no name: '}
    ${body({}, { BTC: { openInterest: '1' } })}           | ${'underlyings.BTC.openInterest: leave it out'}
    ${{ instruments: {} }}                                | ${'underlyings: write a record'}
  `('names what is wrong: $field', ({ wrong, field }: { wrong: unknown; field: string }) => {
    expect(LIMIT_DOCUMENTS.defects('l@1', wrong).join('; ')).toContain(field);
  });
});
