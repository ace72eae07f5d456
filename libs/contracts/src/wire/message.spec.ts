import { canonicalText, sha256 } from '@ballast/kernel';
import { EMPTY_HEAD, seal } from '@ballast/event-sourcing';
import { goldenEvent } from '../golden/golden-events.fixtures.js';
import { cursorAfter, judgeArrival, START_OF_LOG } from './arrival.js';
import { isOfType } from './event-of-type.js';
import { decodeCommand, encodeCommand, type CommandOnTheWay } from './command-message.js';
import { decodeMessage, decodeOwnMessage, encodeMessage, type ReceivedMessage } from './message.js';

const issued = goldenEvent('MarginCallIssued');
const sealed = seal(issued, EMPTY_HEAD);
const delivery = { incarnation: 'first', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
const message = encodeMessage(sealed, delivery);

const withHeader = (name: string, value: string | undefined) => ({
  ...message,
  headers: { ...message.headers, [name]: value },
});

/** A message whose text was changed and hashed again, as somebody without the log could do. */
const rehashed = (value: string) => ({
  ...withHeader('hash', sha256(value).toString('hex')),
  value,
});

describe('an event whose payload the compiler knows', () => {
  it('is of a type of its log, in the newest version of it', () => {
    expect(isOfType(sealed, 'margin', 'MarginCallIssued')).toBe(true);
    expect(isOfType(sealed, 'margin', 'MarginCallMet')).toBe(false);
    expect(isOfType({ ...sealed, log: 'accounts' }, 'margin', 'MarginCallIssued')).toBe(false);
    expect(isOfType({ ...sealed, schemaVersion: sealed.schemaVersion + 1 }, 'margin', 'MarginCallIssued')).toBe(false);
  });
});

describe('a message', () => {
  it('is keyed by the stream, goes to the partition of its log and carries the hashed text itself', () => {
    expect(message).toMatchObject({
      topic: 'clearing.margin.events.v1',
      partition: issued.partition,
      key: issued.stream,
      headers: { log: 'margin', type: 'MarginCallIssued', position: String(issued.position), ...delivery },
    });
    expect(sha256(message.value).toString('hex')).toBe(message.headers['hash']);
  });

  it('is read from the buffers that a Kafka client hands over', () => {
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Buffer.from(value)]),
    );
    const received = { key: Buffer.from(message.key), value: Buffer.from(message.value), headers };
    expect(decodeMessage(received, message)).toEqual({ ok: true, event: sealed, delivery });
  });

  it.each`
    why                                     | bad                                                                              | field                    | code
    ${'a single altered byte'}              | ${{ ...message, value: message.value.replace('133.91', '133.92') }}              | ${'value'}               | ${'hash-mismatch'}
    ${'an empty value'}                     | ${{ ...message, value: null }}                                                   | ${'value'}               | ${'malformed'}
    ${'no hash'}                            | ${withHeader('hash', undefined)}                                                 | ${'headers.hash'}        | ${'malformed'}
    ${'a hash in capitals'}                 | ${withHeader('hash', 'A'.repeat(64))}                                            | ${'headers.hash'}        | ${'malformed'}
    ${'no chain'}                           | ${withHeader('chain', undefined)}                                                | ${'headers.chain'}       | ${'malformed'}
    ${'no incarnation'}                     | ${withHeader('incarnation', undefined)}                                          | ${'headers.incarnation'} | ${'malformed'}
    ${'another position than the envelope'} | ${withHeader('position', '1')}                                                   | ${'headers.position'}    | ${'malformed'}
    ${'another type than the envelope'}     | ${withHeader('type', 'MarginCallMet')}                                           | ${'headers.type'}        | ${'malformed'}
    ${'another log than the envelope'}      | ${withHeader('log', 'accounts')}                                                 | ${'log'}                 | ${'malformed'}
    ${'another key than the stream'}        | ${{ ...message, key: 'margin-mallory.main' }}                                    | ${'key'}                 | ${'malformed'}
    ${'no JSON'}                            | ${rehashed('MarginCallIssued')}                                                  | ${'value'}               | ${'malformed'}
    ${'a text that is not canonical'}       | ${rehashed(` ${message.value}`)}                                                 | ${'value'}               | ${'malformed'}
    ${'a key twice in the text'}            | ${rehashed(message.value.replace('{"actor":null', '{"actor":"x","actor":null'))} | ${'value'}               | ${'malformed'}
    ${'a float in the text'}                | ${rehashed(message.value.replace(/"hop":\d+/, '"hop":0.5'))}                     | ${'value'}               | ${'malformed'}
    ${'a payload against its schema'}       | ${rehashed(message.value.replace('"133.91"', '"-133.91"'))}                      | ${'payload.deficit'}     | ${'malformed'}
  `('with $why is refused at $field', ({ bad, field, code }) => {
    expect(decodeMessage(bad as ReceivedMessage)).toMatchObject({
      ok: false,
      error: { field: field as string, code: code as string },
    });
  });

  describe('of another service of the house [CLR-LOG-050]', () => {
    it('is read to the same event as by its schema', () => {
      expect(decodeOwnMessage(message, message)).toEqual(decodeMessage(message, message));
    });

    it.each`
      why                                     | bad                                                                                                                                                                                                                                                     | field                 | code
      ${'a single altered byte'}              | ${{ ...message, value: message.value.replace('133.91', '133.92') }}                                                                                                                                                                                     | ${'value'}            | ${'hash-mismatch'}
      ${'another position than the envelope'} | ${withHeader('position', '1')}                                                                                                                                                                                                                          | ${'headers.position'} | ${'malformed'}
      ${'another log than the envelope'}      | ${withHeader('log', 'accounts')}                                                                                                                                                                                                                        | ${'log'}              | ${'malformed'}
      ${'a float in its time'}                | ${rehashed(message.value.replace(/"hop":\d+/, '"hop":0.5'))}                                                                                                                                                                                            | ${'time.hop'}         | ${'malformed'}
      ${'no cause'}                           | ${rehashed(message.value.replace(/"cause":\{[^}]*\}/, '"cause":7'))}                                                                                                                                                                                    | ${'cause'}            | ${'malformed'}
      ${'a type that nobody knows'}           | ${{ ...rehashed(message.value.replace('"MarginCallIssued"', '"MarginCallForgiven"')), headers: { ...message.headers, type: 'MarginCallForgiven', hash: sha256(message.value.replace('"MarginCallIssued"', '"MarginCallForgiven"')).toString('hex') } }} | ${'type'}             | ${'unknown-type'}
    `('with $why is refused at $field', ({ bad, field, code }) => {
      expect(decodeOwnMessage(bad as ReceivedMessage, message)).toMatchObject({
        ok: false,
        error: { field: field as string, code: code as string },
      });
    });

    it('is not held against its schema: the chain, which its reader checks, says who wrote it', () => {
      const odd = rehashed(message.value.replace('"133.91"', '"-133.91"'));
      expect(decodeOwnMessage(odd, message)).toMatchObject({ ok: true });
    });

    it('with a figure that is none is malformed, with its event: its log knows how it is read [CLR-LOG-080]', () => {
      const none = rehashed(message.value.replace('"133.91"', '"NaN"'));
      const decoded = decodeOwnMessage(none, message);
      expect(decoded).toMatchObject({
        ok: false,
        error: { code: 'malformed', message: 'is "NaN", which is no figure' },
      });
      expect(decoded.event?.text).toBe(none.value);
    });
  });

  it('read from another partition than its own is refused', () => {
    const from = { topic: message.topic, partition: message.partition + 1 };
    expect(decodeMessage(message, from)).toMatchObject({ ok: false, error: { field: 'partition' } });
  });

  it('of an unknown type is refused with its event, so that a projection can count it and go on', () => {
    const unknown = seal({ ...issued, type: 'MarginCallForgiven' }, EMPTY_HEAD);
    const decoded = decodeMessage(encodeMessage(unknown, delivery));
    expect(decoded).toMatchObject({ ok: false, error: { code: 'unknown-type', field: 'type' }, event: unknown });
  });
});

describe('a reader', () => {
  const after = (previous: Buffer, position: number): ReturnType<typeof seal> =>
    seal({ ...issued, position }, previous);
  const first = after(EMPTY_HEAD, 1);
  const second = after(first.chain, 2);
  const third = after(second.chain, 3);
  const here = { incarnation: 'first' };
  const atSecond = cursorAfter(second, here);

  it.each`
    cursor          | event                    | incarnation | arrival        | why
    ${START_OF_LOG} | ${first}                 | ${'first'}  | ${'next'}      | ${'the first event of the log'}
    ${atSecond}     | ${third}                 | ${'first'}  | ${'next'}      | ${'position and chain continue'}
    ${atSecond}     | ${second}                | ${'first'}  | ${'duplicate'} | ${'delivered twice'}
    ${atSecond}     | ${first}                 | ${'first'}  | ${'duplicate'} | ${'delivered again from further back'}
    ${START_OF_LOG} | ${second}                | ${'first'}  | ${'hole'}      | ${'the first event is missing'}
    ${atSecond}     | ${after(third.chain, 4)} | ${'first'}  | ${'hole'}      | ${'position 3 is missing'}
    ${atSecond}     | ${after(first.chain, 3)} | ${'first'}  | ${'fork'}      | ${'position continues, history does not'}
    ${atSecond}     | ${third}                 | ${'second'} | ${'fork'}      | ${'the log was restored or promoted'}
  `('sees a $arrival: $why', ({ cursor, event, incarnation, arrival }) => {
    const judged = judgeArrival(cursor as typeof atSecond, event as typeof first, {
      incarnation: incarnation as string,
    });
    expect(judged).toBe(arrival);
  });
});

describe('a command', () => {
  const command: CommandOnTheWay = {
    log: 'accounts.commands',
    partition: 3,
    commandId: 'desk-1:42',
    type: 'RequestWithdrawal',
    bodyText: canonicalText({ withdrawalId: 'w-1', accountId: 'carol.main', asset: 'USD', amount: '10' }),
    actor: 'api-key-carol',
  };

  it('comes back as it was sent, keyed by its id', () => {
    const sent = encodeCommand(command);
    expect(sent).toMatchObject({ topic: 'clearing.accounts.commands.v1', partition: 3, key: 'desk-1:42' });
    expect(sent.value).toBe(canonicalText(JSON.parse(sent.value)));
    expect(decodeCommand(sent)).toEqual({ ok: true, command });
  });

  it.each`
    why                            | change                                        | field
    ${'a body against its schema'} | ${{ bodyText: '{"accountId":"carol.main"}' }} | ${'body.withdrawalId'}
    ${'an unknown type'}           | ${{ type: 'PrintMoney' }}                     | ${'type'}
    ${'an id with a blank'}        | ${{ commandId: 'a b' }}                       | ${'commandId'}
    ${'the global partition'}      | ${{ partition: -1 }}                          | ${'partition'}
  `('with $why is refused at $field', ({ change, field }) => {
    const text = JSON.parse(encodeCommand(command).value) as Record<string, unknown>;
    const { bodyText, ...other } = change as Partial<CommandOnTheWay>;
    const sent = {
      ...text,
      ...other,
      ...(bodyText === undefined ? {} : { body: JSON.parse(bodyText) as unknown }),
    } as unknown as CommandOnTheWay;
    const { type, log, commandId } = sent;
    const message = { value: JSON.stringify(sent), key: commandId, headers: { type, log } };
    expect(decodeCommand(message)).toMatchObject({ ok: false, error: { field: field as string } });
  });

  it.each`
    why                           | change                                                          | field
    ${'without headers'}          | ${{ headers: undefined }}                                       | ${'headers.log'}
    ${'of another type'}          | ${{ headers: { type: 'Deposit', log: 'accounts.commands' } }}   | ${'headers.type'}
    ${'of another log'}           | ${{ headers: { ...encodeCommand(command).headers, log: 'x' } }} | ${'headers.log'}
    ${'under no key'}             | ${{ key: null }}                                                | ${'key'}
    ${'under the key of another'} | ${{ key: 'desk-1:43' }}                                         | ${'key'}
  `('$why is refused at $field: whoever routes by it would be misled', ({ change, field }) => {
    const message = { ...encodeCommand(command), ...(change as object) };
    expect(decodeCommand(message)).toMatchObject({ ok: false, error: { field: field as string } });
  });

  it('with a name given twice is refused: readers differ in which of the two counts', () => {
    const message = encodeCommand(command);
    const value = message.value.replace('"body":{', '"body":{"amount":"1",');
    expect(decodeCommand({ ...message, value })).toMatchObject({
      ok: false,
      error: { code: 'malformed', field: 'amount', message: 'is given twice' },
    });
  });

  it('that is no JSON is refused', () => {
    expect(decodeCommand({ value: null })).toMatchObject({ ok: false, error: { field: 'value' } });
  });
});
