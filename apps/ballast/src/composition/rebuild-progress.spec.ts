import { indexingProgress, rebuildProgress } from './rebuild-progress.js';

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
