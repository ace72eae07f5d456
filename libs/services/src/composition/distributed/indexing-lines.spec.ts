import { indexingLines } from './indexing-lines.js';

it('says how far the index of ids was filled, now and then, and nothing of a few events [CLR-LOG-070]', () => {
  const lines: string[] = [];
  const progress = indexingLines('accounts/3', (line) => lines.push(line));
  for (let page = 0; page < 25; page++) progress(1_000);
  expect(lines).toEqual([
    'accounts/3: filling the index of ids, 10000 events so far',
    'accounts/3: filling the index of ids, 20000 events so far',
  ]);
  const few: string[] = [];
  indexingLines('accounts/4', (line) => few.push(line))(300);
  expect(few).toEqual([]);
});
