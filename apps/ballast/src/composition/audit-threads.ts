import { Worker } from 'node:worker_threads';
import type { AnswerOf, AuditTask, RunOptions, TaskNews, TaskRunner, WeighedTask } from '@ballast/audit/checks';
import type { AuditThreadAnswer, AuditThreadData } from './audit-worker.js';
import { answerFrom } from './thread.js';

/** Does the tasks of an audit in several threads, each with its own connection: the heaviest first, one at a time in each. */
export class AuditThreads implements TaskRunner {
  readonly #workers: readonly Worker[];

  constructor(data: AuditThreadData) {
    const file = new URL('./audit-worker.js', import.meta.url);
    this.#workers = Array.from({ length: data.threads }, () => new Worker(file, { workerData: data }));
  }

  async run<Task extends AuditTask>(
    tasks: readonly WeighedTask<Task>[],
    { onNews, onAnswer, stops }: RunOptions<Task> = {},
  ): Promise<readonly (AnswerOf<Task> | undefined)[]> {
    const answers = new Array<AnswerOf<Task> | undefined>(tasks.length).fill(undefined);
    const waiting = [...tasks.entries()].sort(([, a], [, b]) => b.weight - a.weight);
    let last = Infinity;
    const work = async (worker: Worker): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, { task }] = next;
        if (index > last) continue;
        const said = await answerFrom<AuditThreadAnswer, TaskNews>(worker, task, (news) => onNews?.(task, news));
        if ('error' in said) throw Object.assign(new Error(said.error.message), said.error);
        const answer = said.answer as AnswerOf<Task>;
        answers[index] = answer;
        onAnswer?.(task, answer);
        if (stops?.(answer) === true) last = Math.min(last, index);
      }
    };
    await Promise.all(this.#workers.map(work));
    return answers.map((answer, index) => (index > last ? undefined : answer));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
