import { documentChanges } from './document-difference.js';

describe('the difference between two documents', () => {
  it('names every field that changed with both figures, and no other', () => {
    const before = { noticeMs: 3_600_000, underlyings: { BTC: { z: '2.326', buffer: '0.25' }, ETH: { z: '2.326' } } };
    const after = { noticeMs: 7_200_000, underlyings: { BTC: { z: '2.6', buffer: '0.25' }, ETH: { z: '2.326' } } };
    expect(documentChanges(before, after)).toEqual([
      { field: 'noticeMs', before: 3_600_000, after: 7_200_000 },
      { field: 'underlyings.BTC.z', before: '2.326', after: '2.6' },
    ]);
    expect(documentChanges(after, after)).toEqual([]);
  });

  it('has what is new and what goes as a whole, null and inherited names like any other', () => {
    const before = { pins: { FTX: null }, cap: '5' };
    const after = { pins: { FTX: 'outage', toString: null }, limits: { all: '1' } };
    expect(documentChanges(before, after)).toEqual([
      { field: 'pins.FTX', before: null, after: 'outage' },
      { field: 'pins.toString', after: null },
      { field: 'cap', before: '5' },
      { field: 'limits', after: { all: '1' } },
    ]);
  });

  it('goes through lists by place', () => {
    const before = { floors: ['0', '10'], models: [{ model: 'a@1', floorShare: '1' }] };
    const after = { floors: ['0', '20', '30'], models: [{ model: 'a@1', floorShare: '0.9' }] };
    expect(documentChanges(before, after)).toEqual([
      { field: 'floors[1]', before: '10', after: '20' },
      { field: 'floors[2]', after: '30' },
      { field: 'models[0].floorShare', before: '1', after: '0.9' },
    ]);
  });

  it('tells a record from a list and a text from a number', () => {
    expect(documentChanges({ a: [], b: '1' }, { a: {}, b: 1 })).toEqual([
      { field: 'a', before: [], after: {} },
      { field: 'b', before: '1', after: 1 },
    ]);
  });
});
