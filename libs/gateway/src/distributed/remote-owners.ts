import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { ServiceLog } from '@ballast/facts';
import { ModelInputError } from '@ballast/kernel';
import {
  isCostly,
  NOT_OWNED_HERE,
  QUESTION_TYPE,
  questionText,
  readAnswer,
  NotStored,
  TooManyQuestions,
  type OwnerDirectory,
  type Owners,
  type PartitionStanding,
  type Question,
  type Told,
} from '@ballast/services';
import { Problem } from '../rest/problem.js';

/** A question that nobody answered by then is answered with "ask again". */
const ANSWER_WITHIN_MS = 10_000;
/** A costly one waits for its turn at the owner. */
const COSTLY_ANSWER_WITHIN_MS = 60_000;
/** An owner that died is found out by another one's announcement. */
const TRY_AGAIN_MS = 100;
const STANDINGS_WITHIN_MS = 1_000;
/** Asked once for all who look within this time. */
const STANDINGS_FRESH_MS = 500;

const impossible = z.object({ code: z.string(), field: z.string(), message: z.string() });

/** Asks the processes that decide, wherever they say they are. */
export class RemoteOwners implements Owners {
  #standings: { readonly freshUntil: number; readonly told: Promise<readonly PartitionStanding[]> } | undefined;

  constructor(
    private readonly directory: OwnerDirectory,
    /** What the processes of the house ask of each other; undefined on one machine. */
    private readonly token: string | undefined,
  ) {}

  async tell<Parameters extends readonly unknown[], Answer>(
    question: Question<Parameters, Answer>,
    partition: number,
    ...parameters: Parameters
  ): Promise<Told<Answer>> {
    const { log, name } = question;
    const body = questionText({ name, parameters });
    const deadline = AbortSignal.timeout(isCostly(question) ? COSTLY_ANSWER_WITHIN_MS : ANSWER_WITHIN_MS);
    for (let why = 'nobody is known to decide it'; ; await wait(TRY_AGAIN_MS)) {
      const owner = this.directory.find(log, partition);
      if (owner !== undefined) {
        const answer = await this.#post(`${owner.address}/v1/questions/${partition}`, body, deadline);
        if (typeof answer !== 'string') return toldBy<Answer>(answer, `${log}/${partition}`);
        why = answer;
      }
      this.directory.call();
      if (deadline.aborted) throw new Problem('not-ready', `${log}/${partition} does not answer (${why}); ask again`);
    }
  }

  standings(): Promise<readonly PartitionStanding[]> {
    const now = performance.now();
    if (this.#standings === undefined || now > this.#standings.freshUntil) {
      this.#standings = { freshUntil: now + STANDINGS_FRESH_MS, told: this.#askStandings() };
    }
    return this.#standings.told;
  }

  async #askStandings(): Promise<readonly PartitionStanding[]> {
    const asked = this.directory.addresses().map(async (address) => {
      const signal = AbortSignal.timeout(STANDINGS_WITHIN_MS);
      const response = await fetch(`${address}/v1/standings`, { headers: this.#headers, signal });
      if (!response.ok) throw new Error(`${address} answered ${response.status}`);
      return (await response.json()) as readonly PartitionStanding[];
    });
    const newest = new Map<string, PartitionStanding>();
    for (const each of await Promise.allSettled(asked)) {
      if (each.status === 'rejected') continue;
      for (const standing of each.value) {
        const { log, partition, owner } = standing;
        // Who was fenced may not know it yet.
        if (this.directory.find(log, partition)?.worker === owner) newest.set(`${log}/${partition}`, standing);
      }
    }
    return [...newest.values()].sort((a, b) => order(a.log) - order(b.log) || a.partition - b.partition);
  }

  get #headers(): Record<string, string> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }

  /** @returns the answer with its text, or why there was none from here */
  async #post(address: string, body: string, signal: AbortSignal): Promise<Answered | string> {
    try {
      const headers = { ...this.#headers, 'content-type': QUESTION_TYPE };
      const response = await fetch(address, { method: 'POST', headers, body, signal });
      if (response.status === NOT_OWNED_HERE) return 'its owner changes';
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return (error as Error).name === 'TimeoutError' ? 'its owner is busy' : 'its owner cannot be reached';
    }
  }
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function toldBy<Answer>({ status, text }: Answered, place: string): Promise<Told<Answer>> {
  if (status === 200) return readAnswer<Answer>(text);
  if (status === 429) throw new TooManyQuestions('too many questions of this kind wait already; ask again');
  if (status === 503) throw new NotStored(`${place} waits for the store; ask again`);
  if (status === 422) {
    const { code, field, message } = impossible.parse(JSON.parse(text));
    throw new ModelInputError(code, field, message);
  }
  throw new Error(`${place} answered ${status}: ${text.slice(0, 200)}`);
}

const ORDER: readonly ServiceLog[] = ['accounts', 'pricing', 'margin', 'liquidation'];
const order = (log: ServiceLog): number => ORDER.indexOf(log);
