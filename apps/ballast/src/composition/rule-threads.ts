import { Worker } from 'node:worker_threads';
import { UsageError } from '../usage-error.js';
import type { ResultOf, RuleAnswer, RuleTask } from './rule-worker.js';
import { answerFrom } from './thread.js';

/**
 * Runs every task in one of some threads, one at a time in each; the results come in the order of the tasks, whoever was first.
 * @throws UsageError when a rule, a window or a file can't be run
 */
export async function runInThreads<Task extends RuleTask>(
  tasks: readonly Task[],
  threads: number,
  onDone: (done: number) => void,
): Promise<readonly ResultOf<Task>[]> {
  const results = new Array<ResultOf<Task>>(tasks.length);
  let next = 0;
  let done = 0;
  const workers = Array.from(
    { length: Math.min(threads, tasks.length) },
    () => new Worker(new URL('./rule-worker.js', import.meta.url)),
  );
  const work = async (worker: Worker): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      const answer = await answerFrom<RuleAnswer>(worker, tasks[index]);
      if ('error' in answer) throw new UsageError(answer.error);
      results[index] = answer.result as ResultOf<Task>;
      onDone(++done);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}
