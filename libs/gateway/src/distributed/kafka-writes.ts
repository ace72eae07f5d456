import { answersTopics, decodeAnswer, type AnswerResult, type CommandAnswer } from '@ballast/contracts';
import type { CommandResult } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import { canonicalText } from '@ballast/kernel';
import type { Bus, PlainTopics } from '@ballast/messaging';
import { IdempotencyConflict, type Command } from '@ballast/partition-worker';
import type { Admission, Writes } from '../rest/clearing.gateway.js';
import { Problem } from '../rest/problem.js';
import { patiently } from '../rest/store-watch.js';
import type { WriteClaims } from './write-claims.js';

/** Who gets no answer by then is told how to ask again; the command is on its way or answered. */
const ANSWER_WITHIN_MS = 10_000;

export interface KafkaWritesParts {
  readonly bus: Pick<Bus, 'send'>;
  readonly topics: PlainTopics;
  readonly partitions: number;
  readonly claims: WriteClaims;
}

type Waiter = (result: AnswerResult) => void;

/** Commands over Kafka to the owner of a partition, and the answers that it stored back over the topics of answers. */
export class KafkaWrites implements Writes {
  readonly #waiting = new Map<string, Set<Waiter>>();

  private constructor(private readonly parts: KafkaWritesParts) {}

  /** Listens before anything is sent, so that no answer is missed. */
  static async open(parts: KafkaWritesParts): Promise<KafkaWrites> {
    const writes = new KafkaWrites(parts);
    for (const { topic, partitions } of answersTopics(parts.partitions)) {
      await parts.topics.read(topic, partitions, 'end', (value) => {
        const answer = decodeAnswer(value);
        if (answer !== undefined) writes.#answered(answer);
      });
    }
    return writes;
  }

  isKnown(id: string): Promise<boolean> {
    return patiently(() => this.parts.claims.isClaimed(id));
  }

  /** Kept before it is sent: whichever gateway sends it again, whatever became of it, it is the same command. */
  async bodyTaken(id: string, asked: object, make: () => Promise<object>): Promise<object> {
    const { claims } = this.parts;
    const request = canonicalText(asked);
    const kept = await patiently(() => claims.keptBody(id, request));
    const text = kept ?? canonicalText(await make());
    return JSON.parse(kept ?? (await patiently(() => claims.keepBody(id, request, text)))) as object;
  }

  async execute(
    log: ServiceLog,
    partition: number,
    { id, type, body, actor }: Command,
    admit: Admission,
  ): Promise<CommandResult> {
    const { bus, claims } = this.parts;
    const request = canonicalText([log, partition, type, body, actor] as never);
    const isOurs = await patiently(() => claims.claim(id, request, admit));
    if (!isOurs) throw new IdempotencyConflict(id);
    const commands = `${log}.commands`;
    const place = placeOf({ log: commands, partition, commandId: id });
    const sent = (): Promise<void> =>
      bus.send({ log: commands, partition, commandId: id, type, bodyText: canonicalText(body), actor });
    const result = await this.#answerTo(place, sent);
    if (result === undefined) {
      throw new Problem(
        'answer-pending',
        `${log}/${partition} has not answered yet; send the same request with the same Idempotency-Key for its answer`,
        [],
        id,
      );
    }
    if (result.outcome === 'reused') throw new IdempotencyConflict(id);
    return result;
  }

  /** Undefined when it takes too long; a broker that is away takes long. */
  async #answerTo(place: string, send: () => Promise<void>): Promise<AnswerResult | undefined> {
    let timer: NodeJS.Timeout | undefined;
    let waiter: Waiter = () => undefined;
    try {
      return await new Promise<AnswerResult | undefined>((resolve, reject) => {
        waiter = resolve;
        const waiting = this.#waiting.get(place) ?? new Set();
        this.#waiting.set(place, waiting.add(waiter));
        timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
        send().catch((error: Error) => reject(new Problem('not-ready', `no command can be sent: ${error.message}`)));
      });
    } finally {
      clearTimeout(timer);
      const waiting = this.#waiting.get(place);
      waiting?.delete(waiter);
      if (waiting?.size === 0) this.#waiting.delete(place);
    }
  }

  #answered(answer: CommandAnswer): void {
    for (const waiter of this.#waiting.get(placeOf(answer)) ?? []) waiter(answer.result);
  }
}

const placeOf = ({ log, partition, commandId }: Omit<CommandAnswer, 'result'>): string =>
  `${log}/${partition} ${commandId}`;
