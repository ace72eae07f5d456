import type { LogEntry } from '@ballast/event-sourcing';
import { Delivery, type Recipient } from './delivery.js';

const entry = (log: string, partition: number, position: number): LogEntry =>
  ({ log, partition, position }) as LogEntry;

const reader = (...sources: readonly (readonly ['margin' | 'pricing', number])[]) => {
  const taken: string[] = [];
  const recipient: Recipient = {
    sources: sources.map(([log, partition], rank) => ({ log, partition, rank })),
    offer: (entries) => {
      taken.push(entries.map(({ log, partition, position }) => `${log}/${partition}#${position}`).join(' '));
      return undefined;
    },
  };
  return { taken, recipient };
};

describe('delivery inside a process', () => {
  it('hands every run of entries to those who read that log partition, in order, and to nobody else', () => {
    const delivery = new Delivery();
    const both = reader(['margin', 0], ['pricing', -1]);
    const one = reader(['margin', 1]);
    delivery.add(both.recipient);
    delivery.add(one.recipient);
    delivery.deliver([
      entry('margin', 0, 1),
      entry('margin', 0, 2),
      entry('margin', 1, 1),
      entry('pricing', -1, 1),
      entry('margin', 0, 3),
      entry('liquidation', 0, 1),
    ]);
    expect(both.taken).toEqual(['margin/0#1 margin/0#2', 'pricing/-1#1', 'margin/0#3']);
    expect(one.taken).toEqual(['margin/1#1']);
  });

  it('hands nothing to one that was removed', () => {
    const delivery = new Delivery();
    const gone = reader(['margin', 0]);
    const stays = reader(['margin', 0]);
    delivery.add(gone.recipient);
    delivery.add(stays.recipient);
    delivery.remove(gone.recipient);
    delivery.deliver([entry('margin', 0, 1)]);
    expect([gone.taken, stays.taken]).toEqual([[], ['margin/0#1']]);
  });

  it('fails when a reader has a hole: in one process nothing can get lost on the way', () => {
    const delivery = new Delivery();
    delivery.add({ ...reader(['margin', 0]).recipient, offer: () => 4 });
    expect(() => delivery.deliver([entry('margin', 0, 6)])).toThrow('margin/0: a reader misses what comes after 4');
  });
});
