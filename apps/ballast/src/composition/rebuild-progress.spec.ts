import { indexingProgress, percentWords, rebuildProgress, remainingWords } from './rebuild-progress.js';

it('a rebuild says how far it is and, after a second, how long the rest will take', () => {
  const lines: string[] = [];
  let clock = 5_000;
  const progress = rebuildProgress(
    'counting',
    (line) => lines.push(line),
    () => clock,
  );
  clock += 500;
  progress(1_000, 12_000);
  clock += 1_500;
  progress(4_000, 12_000);
  expect(lines).toEqual(['counting: 1,000 of 12,000 events', 'counting: 4,000 of 12,000 events, about 4 s left']);
});

it('an index of ids that is filled says how far it is, and nothing of a few events', () => {
  const lines: string[] = [];
  const progress = indexingProgress((line) => lines.push(line));
  for (const events of [400, 500, 1_000, 234]) progress(events);
  expect(lines).toEqual(['filling the index of ids: 1,900 events', 'filling the index of ids: 2,134 events']);
});

it('how long the rest takes is told by what was done since the beginning, in a unit that says it', () => {
  let clock = 7_000;
  const remaining = remainingWords(() => clock);
  // Known from before, and done at once.
  expect(remaining(0.5)).toBe('');
  clock += 999;
  expect(remaining(0.6)).toBe('');
  clock += 1;
  expect(remaining(0.5)).toBe('');
  expect(remaining(0.6)).toBe(', about 4 s left');
  expect(remaining(0.501)).toBe(', about 9 min left');
  expect(remaining(0.50001)).toBe(', about 14 h left');
  expect(remaining(1)).toBe(', about 0 s left');
  expect([0, 0.999, 1].map(percentWords)).toEqual(['0 %', '99 %', '100 %']);
});
