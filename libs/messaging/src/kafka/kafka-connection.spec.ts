import { levelOf, type LogLevel } from './kafka-connection.js';

const [ERROR, WARN, INFO] = [1, 2, 4];

interface Case {
  readonly level: number;
  readonly message: string;
  readonly error?: string;
  readonly expected: LogLevel;
}

describe('how loud a message of kafkajs is', () => {
  it.each`
    level    | message                                           | error                                                                           | expected   | why
    ${ERROR} | ${'Response InitProducerId(key: 22, version: 1)'} | ${"The coordinator is loading and hence can't process requests for this group"} | ${'debug'} | ${'the first minute of a broker'}
    ${ERROR} | ${'Response GroupCoordinator(key: 10)'}           | ${'The group coordinator is not available'}                                     | ${'debug'} | ${'the same'}
    ${ERROR} | ${'Response Heartbeat(key: 12, version: 3)'}      | ${'The group is rebalancing, so a rejoin is needed'}                            | ${'debug'} | ${'a worker came or went'}
    ${ERROR} | ${'Response ListOffsets(key: 2, version: 3)'}     | ${'This server is not the leader for that topic-partition'}                     | ${'debug'} | ${'a topic was created a moment ago'}
    ${ERROR} | ${'Response Fetch(key: 1, version: 11)'}          | ${'The leader epoch in the request is older than the epoch on the broker'}      | ${'debug'} | ${'the leader has moved'}
    ${ERROR} | ${'Response CreateTopics(key: 19, version: 3)'}   | ${'Topic creation errors'}                                                      | ${'debug'} | ${'several processes start at once; what is no such race is thrown'}
    ${ERROR} | ${'Restarting the consumer in 100ms'}             | ${undefined}                                                                    | ${'debug'} | ${'the line before says why'}
    ${ERROR} | ${'Connection error: connect ECONNREFUSED'}       | ${undefined}                                                                    | ${'error'} | ${'the broker is gone'}
    ${ERROR} | ${'Response Produce(key: 0, version: 7)'}         | ${'The request included a message larger than the max message size'}            | ${'error'} | ${'a defect'}
    ${ERROR} | ${'Response Produce(key: 0, version: 7)'}         | ${'Messages are rejected since there are fewer in-sync replicas than required'} | ${'error'} | ${'it is retried, and an operator has to see to it'}
    ${WARN}  | ${'Consumer group received unsubscribed topics'}  | ${undefined}                                                                    | ${'warn'}  | ${'a mistake in the set-up'}
    ${INFO}  | ${'Pausing fetching from 1 topics'}               | ${undefined}                                                                    | ${'debug'} | ${'daily business'}
  `('$message ($error): $expected, $why', ({ level, message, error, expected }: Case) => {
    const log = { timestamp: '', message, ...(error === undefined ? {} : { error }) };
    expect(levelOf({ level, log })).toBe(expected);
  });
});
