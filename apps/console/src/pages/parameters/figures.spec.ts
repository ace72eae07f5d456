import { figureShown, figuresOf, figureText, nextId, unitOf, withFigure } from './figures.js';

const DOCUMENT = {
  theta: '0.7',
  slices: 5,
  on: true,
  tables: [{ floor: '0' }, { floor: '10' }],
  none: null,
  empty: {},
};

describe('figures of a document', () => {
  it('are all of them, each with its path', () => {
    expect(figuresOf(DOCUMENT).map(({ path, value }) => [path.join('.'), figureText(value)])).toEqual([
      ['theta', '0.7'],
      ['slices', '5'],
      ['on', 'true'],
      ['tables.0.floor', '0'],
      ['tables.1.floor', '10'],
      ['none', 'null'],
      ['empty', '{}'],
    ]);
  });

  it.each`
    path                        | text       | changed
    ${['theta']}                | ${'0.8'}   | ${{ ...DOCUMENT, theta: '0.8' }}
    ${['slices']}               | ${'6'}     | ${{ ...DOCUMENT, slices: 6 }}
    ${['on']}                   | ${'false'} | ${{ ...DOCUMENT, on: false }}
    ${['tables', '1', 'floor']} | ${'20'}    | ${{ ...DOCUMENT, tables: [{ floor: '0' }, { floor: '20' }] }}
    ${['slices']}               | ${'six'}   | ${{ ...DOCUMENT, slices: 'six' }}
  `('$path becomes $text', ({ path, text, changed }: { path: string[]; text: string; changed: object }) => {
    const before = structuredClone(DOCUMENT);
    expect(withFigure(DOCUMENT, path, text)).toEqual(changed);
    expect(DOCUMENT).toEqual(before);
  });

  it('get an id that was never used', () => {
    expect(nextId('avsl-default@1', ['avsl-default@3', 'other@9'])).toBe('avsl-default@4');
    expect(nextId('avsl-default@1', [])).toBe('avsl-default@2');
  });

  it.each`
    path                                            | value            | shown                | unit
    ${['noticeMs']}                                 | ${3_600_000}     | ${'3,600,000 (1 h)'} | ${'ms'}
    ${['pace', 'basisStepMs']}                      | ${500}           | ${'500'}             | ${'ms'}
    ${['underlyings', 'BTC', 'bracketFloors', '2']} | ${'10000000'}    | ${'10,000,000'}      | ${'USD'}
    ${['minimumSliceNotional']}                     | ${'2000'}        | ${'2,000'}           | ${'USD'}
    ${['risePerHour']}                              | ${'0.25'}        | ${'0.25'}            | ${'an hour'}
    ${['settlementWindowSeconds']}                  | ${1800}          | ${'1,800'}           | ${'s'}
    ${['callMultiple']}                             | ${'2'}           | ${'2'}               | ${''}
    ${['steps', '0']}                               | ${'global-fund'} | ${'global-fund'}     | ${''}
  `(
    '$path.0: $shown $unit',
    ({ path, value, shown, unit }: { path: string[]; value: unknown; shown: string; unit: string }) => {
      expect([figureShown({ path, value }), unitOf(path)]).toEqual([shown, unit]);
    },
  );
});
