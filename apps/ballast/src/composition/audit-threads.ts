import { Worker } from 'node:worker_threads';
import {
  groupsOf,
  type AnswerOf,
  type AuditTask,
  type RunOptions,
  type TaskRunner,
  type WeighedTask,
} from '@ballast/audit/checks';
import type { AuditThreadAnswer, AuditThreadData, AuditThreadNews } from './audit-worker.js';
import { answerFrom } from './thread.js';

/** Fewer groups a thread than this, and one of them is too much of the whole: then each task is done by itself. */
const GROUPS_A_THREAD = 4;

/**
 * Does the tasks of an audit in several threads, each with its own connection: the heaviest first, one at a time in each, or those that
 * belong together.
 */
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
    const waiting = [...this.#groupsOf(tasks)].sort((a, b) => b.weight - a.weight);
    let last = Infinity;
    const work = async (worker: Worker): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const members = next.members.filter(({ index }) => index <= last);
        const inHand = members.map(({ task }) => task);
        const said = await answerFrom<AuditThreadAnswer, AuditThreadNews>(worker, inHand, ({ at, told }) =>
          onNews?.(inHand[at] as Task, told),
        );
        if ('error' in said) throw Object.assign(new Error(said.error.message), said.error);
        for (const [at, { index, task }] of members.entries()) {
          const answer = said.answers[at] as AnswerOf<Task>;
          answers[index] = answer;
          onAnswer?.(task, answer);
          if (stops?.(answer) === true) last = Math.min(last, index);
        }
      }
    };
    await Promise.all(this.#workers.map(work));
    return answers.map((answer, index) => (index > last ? undefined : answer));
  }

  #groupsOf<Task extends AuditTask>(tasks: readonly WeighedTask<Task>[]): ReturnType<typeof groupsOf<Task>> {
    const groups = groupsOf(tasks);
    if (groups.length >= GROUPS_A_THREAD * this.#workers.length) return groups;
    return groupsOf(tasks.map(({ task, weight }) => ({ task, weight })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
