#!/usr/bin/env node
// Prints margin calls as they happen. Needs kafkajs and @ballast/contracts, nothing else of Ballast.
//
//   KAFKA_BROKERS=localhost:9092 node margin-calls-consumer.mjs [--from-beginning] [--until-idle <seconds>]
//
// KAFKA_BROKERS  brokers, separated by commas
// TOPIC_PREFIX   what stands before every topic, if your installation has such a prefix
// CURSOR_FILE    where it remembers how far it came; without it every start is the first one
// BALLAST_URL    where holes are fetched from: the process that owns the log, such as http://127.0.0.1:7103; without it a hole
//                stops its partition
// BALLAST_TOKEN  the token of that process, if it has one
//
// --from-beginning  the first start begins with the first event, not with the next one
// --until-idle      ends when nothing has come for so many seconds, for tests and reports
//
// Ends with 0; with 1 when a partition had to be stopped.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import {
  cursorAfter,
  decodeLogEvent,
  decodeMessage,
  judgeArrival,
  logPartitionOf,
  START_OF_LOG,
  topicOf,
} from '@ballast/contracts';
import { Kafka, logLevel } from 'kafkajs';

const { values: options } = parseArgs({
  options: { 'from-beginning': { type: 'boolean', default: false }, 'until-idle': { type: 'string' } },
});
const { KAFKA_BROKERS = 'localhost:9092', TOPIC_PREFIX = '', CURSOR_FILE, BALLAST_URL, BALLAST_TOKEN } = process.env;
const { topic: logTopic } = topicOf('margin', 0);
const topic = `${TOPIC_PREFIX}${logTopic}`;

/** What to print of which event. Everything else is passed over. */
const LINES = {
  MarginCallIssued: ({ callId, accountId, deficit, dueAt, figures }) =>
    `${accountId} called ${callId}: ${deficit} USD until ${new Date(dueAt).toISOString()} ` +
    `(equity ${figures.equity}, call requirement ${figures.call})`,
  MarginCallMet: ({ callId, accountId, figures }) => `${accountId} met ${callId}: equity ${figures.equity}`,
  LiquidationTriggered: ({ accountId, assessment: { figures } }) =>
    `${accountId} liquidating: equity ${figures.equity}, liquidation requirement ${figures.liquidation}`,
};

const kafka = new Kafka({ clientId: 'margin-calls', brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });

/**
 * Per partition `{ cursor, offset }`: how far the log was read (position, chain, incarnation), and where in Kafka to
 * look next. The offset is a hint; the position decides. A cursor of null does not care for what was before.
 */
const marks = await firstMarks();
const stopped = new Set();
const counts = { printed: 0, passedOver: 0, unknown: 0, duplicates: 0, refetched: 0 };
/** Nothing is idle before the consumer has joined its group. */
let lastMessageAt = Infinity;

async function firstMarks() {
  if (CURSOR_FILE !== undefined && fs.existsSync(CURSOR_FILE)) {
    const saved = JSON.parse(fs.readFileSync(CURSOR_FILE, 'utf8'));
    return new Map(Object.entries(saved).map(([partition, mark]) => [Number(partition), mark]));
  }
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return new Map(
    offsets.map(({ partition, low, high }) => [
      partition,
      options['from-beginning'] ? { cursor: START_OF_LOG, offset: low } : { cursor: null, offset: high },
    ]),
  );
}

function saveMarks() {
  if (CURSOR_FILE === undefined) return;
  // Written beside and renamed, so that a crash leaves the old file or the new one.
  fs.writeFileSync(`${CURSOR_FILE}.new`, JSON.stringify(Object.fromEntries(marks)));
  fs.renameSync(`${CURSOR_FILE}.new`, CURSOR_FILE);
}

/** The one place that acts on an event. Yours may write to a database: move the cursor in the same transaction. */
function apply({ type, partition, position, time, payload }) {
  const line = LINES[type];
  if (line === undefined) {
    counts.passedOver += 1;
    return;
  }
  counts.printed += 1;
  console.log(`${new Date(time.clearing).toISOString()} margin/${partition}#${position} ${type} ${line(payload)}`);
}

/**
 * Takes a decoded event if it is the next one.
 * @returns true if the cursor is at or behind the event now, false on a hole
 */
function take(decoded, partition) {
  const { event, delivery } = decoded;
  // An event whose envelope or hash is wrong has no trustworthy position. It must not be passed over silently.
  if (event === undefined) throw new Error(`${decoded.error.field} ${decoded.error.message}: ${decoded.error.remedy}`);
  const mark = marks.get(partition);
  switch (mark.cursor === null ? 'next' : judgeArrival(mark.cursor, event, delivery)) {
    case 'duplicate':
      counts.duplicates += 1;
      return true;
    case 'hole':
      return false;
    case 'fork':
      throw new Error(
        `the log was restored or altered at position ${event.position}: compare what you derived from it`,
      );
  }
  if (decoded.ok) {
    apply(event);
  } else if (decoded.error.code === 'malformed') {
    throw new Error(`${event.type}: ${decoded.error.field} ${decoded.error.message}: ${decoded.error.remedy}`);
  } else {
    // A type or version newer than this consumer. It decides nothing, so it counts the event and goes on.
    counts.unknown += 1;
    console.error(`margin/${partition}#${event.position}: ${event.type} v${event.schemaVersion} is not known here`);
  }
  mark.cursor = cursorAfter(event, delivery);
  return true;
}

/** Fetches what is missing before a position from the log itself: Kafka distributes, the log remembers. */
async function fill(partition, before) {
  if (BALLAST_URL === undefined) {
    const { position } = marks.get(partition).cursor;
    throw new Error(
      `positions ${position + 1} to ${before - 1} are missing; set BALLAST_URL to fetch them from the log`,
    );
  }
  for (;;) {
    const after = marks.get(partition).cursor.position;
    if (after >= before - 1) return;
    const response = await fetch(`${BALLAST_URL}/logs/margin/${partition}?after=${after}&limit=500`, {
      headers: BALLAST_TOKEN === undefined ? {} : { authorization: `Bearer ${BALLAST_TOKEN}` },
    });
    if (!response.ok) throw new Error(`the log answers ${response.status}: ${await response.text()}`);
    const { items, incarnation } = await response.json();
    if (items.length === 0) throw new Error(`the log has nothing behind ${after}, yet ${before} was published`);
    for (const entry of items) {
      if (!take(decodeLogEvent(entry, { incarnation }), partition)) throw new Error('the log itself has a hole');
      counts.refetched += 1;
    }
  }
}

async function handle(message, kafkaPartition) {
  const { partition } = logPartitionOf({ topic: logTopic, kafkaPartition });
  const decoded = decodeMessage(message, { topic: logTopic, partition: kafkaPartition });
  if (take(decoded, partition)) return;
  await fill(partition, decoded.event.position);
  if (!take(decoded, partition)) throw new Error(`still a hole before ${decoded.event.position}`);
}

// The group is there because the protocol wants one: nothing is committed to it, the marks say where to go on.
const consumer = kafka.consumer({ groupId: `margin-calls-${randomUUID()}` });
consumer.on(consumer.events.GROUP_JOIN, () => (lastMessageAt = Date.now()));

await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    lastMessageAt = Date.now();
    const mark = marks.get(partition);
    // May still come from before the seek below, and again after a rebalance.
    if (stopped.has(partition) || BigInt(message.offset) < BigInt(mark.offset)) return;
    try {
      await handle(message, partition);
      mark.offset = String(BigInt(message.offset) + 1n);
      saveMarks();
    } catch (error) {
      // One bad event stops one partition; the others go on. The mark stays before it.
      stopped.add(partition);
      consumer.pause([{ topic, partitions: [partition] }]);
      console.error(`margin/${partition} stopped: ${error.message}`);
    }
  },
});
for (const [partition, { offset }] of marks) consumer.seek({ topic, partition, offset });

async function end() {
  clearInterval(watch);
  await consumer.disconnect();
  saveMarks();
  console.error(JSON.stringify({ ...counts, stopped: [...stopped] }));
  process.exitCode = stopped.size > 0 ? 1 : 0;
}

const idleMs = options['until-idle'] === undefined ? Infinity : Number(options['until-idle']) * 1_000;
const watch = setInterval(() => {
  if (Date.now() - lastMessageAt >= idleMs) void end();
}, 100);
process.once('SIGINT', () => void end());
process.once('SIGTERM', () => void end());
