import { Worker } from 'node:worker_threads';
import { UsageError } from '../usage-error.js';
import type { ResultOf, RuleAnswer, RuleTask } from './rule-worker.js';

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
      const answer = await answerFrom(worker, tasks[index] as Task);
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

const answerFrom = (worker: Worker, task: RuleTask): Promise<RuleAnswer> =>
  new Promise((resolve, reject) => {
    worker.once('message', (answer: RuleAnswer) => {
      worker.removeListener('error', reject);
      resolve(answer);
    });
    worker.once('error', reject);
    worker.postMessage(task);
  });
