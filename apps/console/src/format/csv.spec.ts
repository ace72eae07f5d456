import { csvOf } from './csv';

describe('a table as CSV', () => {
  it('has a header, and quotes only what needs it', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['1', 'x,y'],
          ['2', 'say "no"'],
        ],
      ),
    ).toBe('a,b\r\n1,"x,y"\r\n2,"say ""no"""\r\n');
  });
});
