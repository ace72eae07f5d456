import { InProcessLockstepChannel } from './in-process-channel.fixtures.js';
import { lockstepContract } from './lockstep.contract.js';
import { openingOf, reportOf } from './lockstep-messages.js';

describe('lockstep inside one process', () => {
  let channel: InProcessLockstepChannel;
  beforeEach(() => {
    channel = new InProcessLockstepChannel();
  });
  lockstepContract({ connect: async () => channel });
});

describe('messages of lockstep', () => {
  const opening = { run: 'r', step: 1_000, hop: 0, ends: [['margin', -1, 4]], final: false };
  const partitions = [{ log: 'margin', partition: 3, epoch: 2, position: 0, applied: true }];
  const report = { run: 'r', worker: 'w', step: 1_000, hop: 2, partitions };

  it('come back as they were written', () => {
    expect(openingOf(JSON.stringify(opening))).toEqual(opening);
    expect(reportOf(JSON.stringify(report))).toEqual(report);
  });

  it.each`
    text                                                         | why
    ${'{'}                                                       | ${'no JSON'}
    ${JSON.stringify(report)}                                    | ${'a report'}
    ${JSON.stringify({ ...opening, hop: -1 })}                   | ${'a hop before the first'}
    ${JSON.stringify({ ...opening, step: 1.5 })}                 | ${'half a millisecond'}
    ${JSON.stringify({ ...opening, ends: [['margin', -2, 4]] })} | ${'a partition that cannot be'}
    ${JSON.stringify({ ...opening, extra: true })}               | ${'a field nobody knows'}
  `('is no opening: $why', ({ text }: { text: string }) => {
    expect(openingOf(text)).toBeUndefined();
  });

  it('is no report without its worker', () => {
    expect(reportOf(JSON.stringify({ ...report, worker: undefined }))).toBeUndefined();
  });
});
