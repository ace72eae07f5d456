import fc from 'fast-check';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { LogReader } from '../bus.js';
import { Arrivals, busContract, entriesOf, readerOf } from '../bus.contract.js';
import { InProcessBus } from './in-process-bus.fixtures.js';

describe('the bus of a single process', () => {
  busContract({ open: async (options) => new InProcessBus(options) });

  it('passes entries on as the objects they are', async () => {
    const bus = new InProcessBus();
    const arrivals = new Arrivals();
    const entries = entriesOf('accounts', 0, 2);
    await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle);
    await bus.publish(entries);
    await arrivals.upTo(2);
    expect(arrivals.entries()[1]).toBe(entries[1]);
    await bus.close();
  });

  it('brings after a restart what only the log remembers, and then what is published', async () => {
    const entries = entriesOf('accounts', 0, 20);
    const bus = new InProcessBus({ read: readerOf(entries.slice(0, 15)) });
    const arrivals = new Arrivals();
    await bus.subscribe([{ log: 'accounts', partition: 0, after: 4, offset: '12' }], arrivals.handle);
    await arrivals.upTo(15);
    await bus.publish(entries.slice(15));
    await arrivals.upTo(20);
    expect(arrivals.entries()).toEqual(entries.slice(4));
    await bus.close();
  });

  it('keeps memory bounded: a subscriber that fell behind reads from the log', async () => {
    const entries = entriesOf('accounts', 0, 500);
    const bus = new InProcessBus({ read: readerOf(entries, 100), retain: 10 });
    const arrivals = new Arrivals();
    for (const entry of entries) await bus.publish([entry]);
    await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle);
    await arrivals.upTo(500);
    expect(arrivals.entries()).toEqual(entries);
    await bus.close();
  });

  it('gives every reader the same sequence whatever is doubled, delayed or lost on the way', async () => {
    const entries = entriesOf('accounts', 0, 30);
    const fault = fc.constantFrom('as it is', 'twice', 'lost', 'with the one before');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        async (faults, batchSize) => {
          const distort = (arriving: readonly SealedEvent[]): SealedEvent[] =>
            arriving.flatMap((entry) => {
              const before = entries[entry.position - 2];
              switch (faults[entry.position - 1]) {
                case 'twice':
                  return [entry, entry];
                case 'lost':
                  // Nothing follows the last entry that could show that it is missing.
                  return entry.position === 30 ? [entry] : [];
                case 'with the one before':
                  return before === undefined ? [entry] : [before, entry];
                default:
                  return [entry];
              }
            });
          let asked = 0;
          // Empty when the subscriber starts, so that everything has to come through the faulty bus.
          const read: LogReader = async (...place) => (asked++ === 0 ? [] : readerOf(entries)(...place));
          const bus = new InProcessBus({ read, batchSize, distort });
          const arrivals = new Arrivals();
          await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle);
          await bus.publish(entries);
          await arrivals.upTo(30);
          expect(arrivals.entries()).toEqual(entries);
          await bus.close();
        },
      ),
      { numRuns: 50 },
    );
  });
});
