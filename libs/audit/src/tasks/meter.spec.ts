import type { HashesTask, RuleTask } from './audit-task.js';
import { Meter } from './meter.js';

const hashes: HashesTask = { kind: 'hashes', log: 'margin', partition: 0, promises: [], from: null, to: null };
const money: RuleTask = { kind: 'rule', rule: 'conservation' };
const cases: RuleTask = { kind: 'rule', rule: 'liquidation' };

it('a run of tasks has come as far as their weights say, whatever each of them reads [CLR-LOG-064]', () => {
  const meter = new Meter<HashesTask | RuleTask>([
    { task: hashes, weight: 100, reads: 100 },
    { task: money, weight: 800, reads: 200 },
    { task: cases, weight: 100, reads: 100 },
  ]);
  const shares = [meter.share];
  const step = (work: () => void): void => {
    work();
    shares.push(meter.share);
  };
  step(() => meter.read(hashes, 50));
  step(() => meter.ended(hashes));
  step(() => meter.read(money, 50));
  // More than was known before: nothing is counted twice.
  step(() => meter.read(money, 500));
  step(() => meter.ended(money));
  step(() => meter.ended(cases));
  expect(shares).toEqual([0, 0.05, 0.1, 0.3, 0.9, 0.9, 1]);
});

it('a run of nothing is done', () => {
  expect(new Meter([]).share).toBe(1);
});
