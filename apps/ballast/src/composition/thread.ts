import type { Worker } from 'node:worker_threads';

/**
 * Says a task to a thread and waits for its answer: the first message that is no news.
 * @throws Error when the thread ends instead
 */
export const answerFrom = <Answer extends object, News = never>(
  worker: Worker,
  task: unknown,
  onNews: (news: News) => void = () => undefined,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      worker.off('message', heard).off('error', failed).off('messageerror', failed).off('exit', ended);
    };
    const heard = (said: Answer | { readonly news: News }): void => {
      if ('news' in said) return onNews(said.news);
      done();
      resolve(said);
    };
    const failed = (error: Error): void => {
      done();
      reject(error);
    };
    const ended = (): void => failed(new Error('a thread ended before it had answered'));
    worker.on('message', heard).on('error', failed).on('messageerror', failed).on('exit', ended);
    worker.postMessage(task);
  });
