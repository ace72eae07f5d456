import { Worker } from 'node:worker_threads';
import type { RunMeasures } from '@ballast/comparison';
import { UsageError } from '../usage-error.js';
import type { ComparisonAnswer, ComparisonTask } from './comparison-worker.js';

/**
 * Runs every task in one of some threads, one at a time in each; the answers come in the order of the tasks, whoever was first.
 * @throws UsageError when a rule or a window can't be run
 */
export async function measureInThreads(
  tasks: readonly ComparisonTask[],
  threads: number,
  onDone: (done: number) => void,
): Promise<readonly RunMeasures[]> {
  const answers = new Array<RunMeasures>(tasks.length);
  let next = 0;
  let done = 0;
  const workers = Array.from(
    { length: Math.min(threads, tasks.length) },
    () => new Worker(new URL('./comparison-worker.js', import.meta.url)),
  );
  const work = async (worker: Worker): Promise<void> => {
    for (let index = next++; index < tasks.length; index = next++) {
      const answer = await answerFrom(worker, tasks[index] as ComparisonTask);
      if ('error' in answer) throw new UsageError(answer.error);
      answers[index] = answer.measures;
      onDone(++done);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return answers;
}

const answerFrom = (worker: Worker, task: ComparisonTask): Promise<ComparisonAnswer> =>
  new Promise((resolve, reject) => {
    worker.once('message', (answer: ComparisonAnswer) => {
      worker.removeListener('error', reject);
      resolve(answer);
    });
    worker.once('error', reject);
    worker.postMessage(task);
  });
