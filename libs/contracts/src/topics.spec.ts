import { GLOBAL } from '@ballast/event-sourcing';
import { READERS } from '@ballast/facts';
import { LOG_TOPICS, logPartitionOf, topicOf, topicsOf } from './topics.js';

interface LogPlace {
  readonly log: string;
  readonly partition: number;
  readonly topic: string;
  readonly kafkaPartition: number;
}

describe('topics', () => {
  it.each`
    log                        | partition | topic                                     | kafkaPartition
    ${'accounts'}              | ${5}      | ${'clearing.accounts.events.v1'}          | ${5}
    ${'accounts'}              | ${GLOBAL} | ${'clearing.accounts.global.v1'}          | ${0}
    ${'pricing'}               | ${GLOBAL} | ${'clearing.pricing.global.v1'}           | ${0}
    ${'margin'}                | ${0}      | ${'clearing.margin.events.v1'}            | ${0}
    ${'margin.commands'}       | ${3}      | ${'clearing.margin.commands.v1'}          | ${3}
    ${'margin.commands'}       | ${GLOBAL} | ${'clearing.margin.commands.global.v1'}   | ${0}
    ${'accounts.commands'}     | ${63}     | ${'clearing.accounts.commands.v1'}        | ${63}
    ${'accounts.commands'}     | ${GLOBAL} | ${'clearing.accounts.commands.global.v1'} | ${0}
    ${'exchange.quotes'}       | ${GLOBAL} | ${'exchange.quotes.v1'}                   | ${0}
    ${'exchange.orderReports'} | ${2}      | ${'exchange.order-reports.v1'}            | ${2}
  `('$log/$partition is $topic/$kafkaPartition, there and back', (row) => {
    const { log, partition, topic, kafkaPartition } = row as LogPlace;
    expect(topicOf(log, partition)).toEqual({ topic, kafkaPartition });
    expect(logPartitionOf({ topic, kafkaPartition })).toEqual({ log, partition });
  });

  it.each([
    ['exchange.quotes', 0],
    ['exchange.fills', GLOBAL],
    ['pricing', 0],
    ['treasury', 0],
    ['accounts', -2],
    ['accounts', 0.5],
  ])('has no topic for %s/%d', (log, partition) => {
    expect(() => topicOf(log, partition)).toThrow(/partition/);
  });

  it('carries every source that a service reads', () => {
    for (const { sources } of READERS) {
      for (const { log, partitions } of sources) {
        // "every" names the numbered partitions.
        expect(() => topicOf(log, partitions === 'global' ? GLOBAL : 0)).not.toThrow();
      }
    }
  });

  it('creates numbered topics with the partitions of the installation and all others with one', () => {
    const created = new Map(topicsOf(64).map(({ topic, partitions }) => [topic, partitions]));
    expect(created.get('clearing.margin.events.v1')).toBe(64);
    expect(created.get('clearing.margin.global.v1')).toBe(1);
    expect(created.get('clearing.lockstep.gate.v1')).toBe(1);
    expect(created.get('clearing.parked.v1')).toBe(1);
    expect(created.get('exchange.messages.v1')).toBe(1);
    expect(created.get('clearing.owners.v1')).toBe(1);
    expect(created.get('clearing.accounts.answers.v1')).toBe(64);
    expect(created.get('clearing.pricing.answers.v1')).toBe(1);
    expect(created.size).toBe(LOG_TOPICS.length + 10);
  });

  it('knows no log behind the topics of the machinery', () => {
    expect(logPartitionOf({ topic: 'clearing.parked.v1', kafkaPartition: 0 })).toBeUndefined();
  });
});
