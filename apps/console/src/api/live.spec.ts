import { jest } from '@jest/globals';
import { QueryClient } from '@tanstack/react-query';
import { follow } from './live';

/** What a server answers to the requests of a page, one after the other; to those that follow, nothing. */
function answering(...answers: readonly ((signal: AbortSignal) => Response)[]): string[] {
  const asked: string[] = [];
  globalThis.fetch = (path, init) => {
    const place = (init?.headers as Record<string, string>)['last-event-id'];
    const answer = answers[asked.length];
    asked.push(place === undefined ? (path as string) : `${path as string} behind ${place}`);
    return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer(init?.signal as AbortSignal));
  };
  return asked;
}

/** A stream that tells where it begins, and then ends or, as a dead connection, says nothing more until it is given up. */
const streaming = (end: 'ends' | 'is silent') => (signal: AbortSignal) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('id: 12345678;0:7\nevent: place\ndata: {}\n\n'));
        if (end === 'ends') controller.close();
        else signal.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    }),
  );
const refusing = (status: number) => () => new Response('{}', { status });

beforeEach(() => {
  jest.useFakeTimers();
  Object.assign(globalThis, { sessionStorage: { getItem: () => null } });
});
afterEach(() => jest.useRealTimers());

const BEGINNING = '/live?after=recent';
const WHERE_IT_WAS = '/live behind 12345678;0:7';

describe('the stream of a page', () => {
  it.each([400, 409])('begins anew where its place is gone (%i), as after a restored backup', async (status) => {
    const asked = answering(streaming('ends'), refusing(status), streaming('ends'));
    const client = new QueryClient();
    client.setQueryData(['decision', 'margin', 0, 7], 'of the log before');
    void follow(client);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked.slice(0, 3)).toEqual([BEGINNING, WHERE_IT_WAS, BEGINNING]);
    expect(client.getQueryData(['decision', 'margin', 0, 7])).toBeUndefined();
  });

  it('goes on where it was when the server is away for a while', async () => {
    const asked = answering(streaming('ends'), refusing(503), refusing(503), streaming('ends'));
    void follow(new QueryClient());
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked.slice(0, 4)).toEqual([BEGINNING, WHERE_IT_WAS, WHERE_IT_WAS, WHERE_IT_WAS]);
  });

  it('is asked for again when it says nothing, and not before', async () => {
    const asked = answering(streaming('is silent'));
    void follow(new QueryClient());
    await jest.advanceTimersByTimeAsync(19_000);
    expect(asked).toEqual([BEGINNING]);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(asked).toEqual([BEGINNING, WHERE_IT_WAS]);
  });
});
