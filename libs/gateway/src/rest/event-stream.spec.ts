import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { GLOBAL } from '@ballast/event-sourcing';
import type { ClearingGateway } from './clearing.gateway.js';
import { Closing } from './closing.js';
import { streamEvents } from './event-stream.js';
import { OpenStreams } from './open-streams.js';

const EVENTS = Array.from({ length: 500 }, (_, each) => ({ log: 'margin', partition: GLOBAL, position: each + 1 }));

/** Takes what is written, as long as it has room. */
class Taken extends EventEmitter {
  readonly written: string[] = [];
  readonly req: { readonly method: string };
  writableNeedDrain = false;
  destroyed = false;
  isEnded = false;
  constructor(
    private readonly room: number,
    method = 'GET',
  ) {
    super();
    this.req = { method };
  }
  status = () => this;
  set = () => this;
  flushHeaders = () => undefined;
  end = () => void (this.isEnded = true);
  destroy = () => {
    this.destroyed = true;
    this.emit('close');
  };
  write(text: string): boolean {
    this.written.push(text);
    this.writableNeedDrain = this.written.length >= this.room;
    return !this.writableNeedDrain;
  }
}

function streamTo(response: Taken, aside?: () => Promise<string>, limits = {}) {
  const clearing = {
    onAppended: () => () => undefined,
    logs: {
      log: () => ({
        heads: async () => [{ partition: GLOBAL, size: EVENTS.length, incarnation: 'one' }],
        read: async (_: number, after: number) => EVENTS.slice(after, after + 500),
      }),
    },
  } as unknown as ClearingGateway;
  const closing = new Closing();
  const streaming = streamEvents({
    of: { log: 'margin', partitions: [GLOBAL] },
    ...{
      clearing,
      streams: new OpenStreams(closing, limits),
      after: undefined,
    },
    response: response as unknown as Response,
    write: () => ({ event: 'MarginRunCompleted', data: '{}' }),
    ...(aside === undefined ? {} : { aside, asideEveryMs: 1 }),
  });
  return { closing, streaming };
}

describe('a stream from the beginning', () => {
  it('leaves others their turn between its events', async () => {
    const response = new Taken(Infinity);
    const { closing, streaming } = streamTo(response);
    let turns = 0;
    while (response.written.length < EVENTS.length) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(turns).toBeGreaterThan(10);
    closing.begin();
    await streaming;
  });

  it('waits for a reader that does not take what was sent, and says nothing beside it meanwhile', async () => {
    const response = new Taken(100);
    const { closing, streaming } = streamTo(response, () => Promise.resolve('event: status\n\n'));
    while (response.written.length < 100) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(response.written).toHaveLength(100);
    closing.begin();
    await streaming;
  });

  it('is cut off when its reader takes nothing for long', async () => {
    const response = new Taken(100);
    let isCut = false;
    response.once('close', () => (isCut = true));
    const { streaming } = streamTo(response, undefined, { patienceMs: 5 });
    await streaming;
    expect([isCut, response.written.length]).toEqual([true, 100]);
  });
});

it('a stream of which somebody wants the headers alone ends with them', async () => {
  const response = new Taken(Infinity, 'HEAD');
  await streamTo(response, () => Promise.resolve('event: status\n\n')).streaming;
  expect([response.isEnded, response.written]).toEqual([true, []]);
});

describe('a reader who has gone', () => {
  it('while his place was looked up is written nothing, and takes no room from others', async () => {
    const left = new Taken(Infinity);
    left.destroy();
    await streamTo(left, undefined, { mostOpen: 0 }).streaming;
    expect(left.written).toEqual([]);
  });

  it('while he waited for news ends the stream', async () => {
    const response = new Taken(Infinity);
    const { streaming } = streamTo(response);
    while (response.written.length < EVENTS.length) await new Promise((resolve) => setImmediate(resolve));
    response.destroy();
    await streaming;
  });
});

describe('as many streams as may be open', () => {
  it('leave no room for another until one has ended', () => {
    const streams = new OpenStreams(new Closing(), { mostOpen: 2 });
    const open = (): Taken => {
      const response = new Taken(Infinity);
      streams.begin(response as unknown as Response);
      return response;
    };
    const first = open();
    open();
    expect(open).toThrow('2 streams are open');
    first.destroy();
    open();
    expect(open).toThrow('2 streams are open');
  });
});
