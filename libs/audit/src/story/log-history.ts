import {
  encodeLogEvent,
  type AccountExplanation,
  type AccountSeries,
  type DayStatement,
  type EventView,
  type DeleveragingRoundsPage,
  type FundPage,
  type LiquidationCaseRow,
  type LiquidationCaseView,
  type MarketsView,
  type Recomputation,
  type RulesHistory,
  type SurfacesView,
} from '@ballast/contracts';
import type { ServiceLog } from '@ballast/facts';
import type { AccountId, Instant } from '@ballast/kernel';
import type { LogDirectory } from '@ballast/event-log';
import { causeGraph, placeName, type LogPlace } from '../causes/cause-graph.js';
import { accountOf, nodeText } from '../causes/node-text.js';
import type { WhatIfQuestion } from '@ballast/margin-domain';
import type { ServiceDefinition } from '@ballast/partition-worker';
import type { HistoryEnd } from '../explain/account-history.js';
import { EXPLAINED_LOGS, type EventPlace, type ExplainedLog } from '../explain/event-place.js';
import { explainAccount, type ExplanationRefusal } from '../explain/explain-account.js';
import { divergenceText } from '../replay/divergence.js';
import { replayPartition } from '../replay/replay-partition.js';
import { keep } from './keep.js';
import { heldBooks, type HeldBooks } from '../reconciliation/held-books.js';
import { dayStatement } from '../statement/day-statement.js';
import { caseStory } from './case-story.js';
import { HouseStory, type PastDocuments } from './house-story.js';
import type { WantedBefore } from './newest-first.js';
import { AccountStory, type SeriesRange } from './account-story.js';
import { PastQuestions, type PastAnswer } from './past-questions.js';

/** What is told of the past: rebuilt from the logs, so it takes its time and is best done beside the clearing. */
export interface History {
  series(accountId: AccountId, range: SeriesRange): Promise<AccountSeries | 'account-unknown'>;
  explanation(accountId: AccountId, end: HistoryEnd | undefined): Promise<AccountExplanation | ExplanationRefusal>;
  /** @param day its first moment */
  statement(accountId: AccountId, day: Instant): Promise<DayStatement | 'account-unknown'>;
  /** @param at the last moment that counts */
  held(at: Instant): Promise<HeldBooks>;
  /** The account at one event about it, whichever account that is. */
  decision(place: EventPlace): Promise<AccountExplanation | ExplanationRefusal>;
  event(place: LogPlace): Promise<EventView | 'event-unknown'>;
  liquidation(found: LiquidationCaseRow): Promise<LiquidationCaseView>;
  /** Decides the partition of an event again from its inputs, up to that event, and compares every byte. */
  recomputation(place: LogPlace): Promise<Recomputation | 'event-unknown'>;
  /** @param at as it stood then; absent: where the logs end */
  markets(at?: Instant): Promise<MarketsView>;
  /** @param at as it stood then; absent: where the logs end */
  fund(wanted: WantedBefore, at?: Instant): Promise<FundPage>;
  /** @param at as it stood then; absent: where the logs end */
  deleveragingRounds(wanted: WantedBefore, at?: Instant): Promise<DeleveragingRoundsPage>;
  /** @param at as it stood then; absent: where the logs end */
  surfaces(underlying: string, at?: Instant): Promise<SurfacesView>;
  /** @param at as it stood then; absent: where the logs end */
  rules(service: ServiceLog, wanted: WantedBefore, at?: Instant): Promise<RulesHistory>;
  /** The documents of a service as they stood then. */
  documents(service: ServiceLog, at: Instant): Promise<PastDocuments>;
  /** What margin would have said then if ... ? */
  whatIf(question: WhatIfQuestion, end: HistoryEnd): Promise<PastAnswer>;
  close(): Promise<void>;
}

/** Accounts whose story is kept, the one asked for last goes last. */
const KEPT_STORIES = 6;
/** Explanations of one event; they never change. */
const KEPT_DECISIONS = 30;

/** Past moments of the house. */
const KEPT_MOMENTS = 4;

/** History read from logs at hand. */
export class LogHistory implements History {
  readonly #stories = new Map<AccountId, AccountStory>();
  readonly #decisions = new Map<string, AccountExplanation>();

  readonly #house: HouseStory;
  readonly #past = new Map<Instant, HouseStory>();
  readonly #questions: PastQuestions;

  constructor(
    protected readonly logs: LogDirectory,
    private readonly services: readonly ServiceDefinition[],
  ) {
    this.#house = new HouseStory(logs);
    this.#questions = new PastQuestions(logs);
  }

  async recomputation(place: LogPlace): Promise<Recomputation | 'event-unknown'> {
    const { log, partition, position } = place;
    const service = this.services.find((each) => each.log === log);
    const process = partition < 0 ? service?.global : service?.numbered;
    const stored = await entryAt(this.logs, place);
    if (service === undefined || process === undefined || stored === undefined) return 'event-unknown';
    const { events, decisions, divergence } = await replayPartition(
      process,
      this.logs.log(service.log),
      partition,
      this.logs.partitions,
      this.logs,
      { upTo: position },
    );
    return {
      place: placeName(place),
      hash: stored.hash.toString('hex'),
      events,
      decisions,
      identical: divergence === undefined,
      difference: divergence === undefined ? null : divergenceText(divergence),
    };
  }

  held(at: Instant): Promise<HeldBooks> {
    return heldBooks(this.logs, at);
  }

  markets(at?: Instant): Promise<MarketsView> {
    return this.#houseAt(at).markets();
  }

  fund(wanted: WantedBefore, at?: Instant): Promise<FundPage> {
    return this.#houseAt(at).fund(wanted);
  }

  deleveragingRounds(wanted: WantedBefore, at?: Instant): Promise<DeleveragingRoundsPage> {
    return this.#houseAt(at).deleveragingRounds(wanted);
  }

  surfaces(underlying: string, at?: Instant): Promise<SurfacesView> {
    return this.#houseAt(at).surfaces(underlying);
  }

  rules(service: ServiceLog, wanted: WantedBefore, at?: Instant): Promise<RulesHistory> {
    return this.#houseAt(at).rules(service, wanted);
  }

  documents(service: ServiceLog, at: Instant): Promise<PastDocuments> {
    return this.#houseAt(at).documents(service);
  }

  whatIf(question: WhatIfQuestion, end: HistoryEnd): Promise<PastAnswer> {
    return this.#questions.answer(question, end);
  }

  #houseAt(at: Instant | undefined): HouseStory {
    if (at === undefined) return this.#house;
    const house = this.#past.get(at) ?? new HouseStory(this.logs, at);
    keep(this.#past, at, house, KEPT_MOMENTS);
    return house;
  }

  async series(accountId: AccountId, range: SeriesRange): Promise<AccountSeries | 'account-unknown'> {
    const story = this.#stories.get(accountId) ?? new AccountStory(this.logs, accountId);
    keep(this.#stories, accountId, story, KEPT_STORIES);
    try {
      await story.advance();
    } catch (error) {
      // What was read of it halfway is read anew for whoever asks next.
      this.#stories.delete(accountId);
      throw error;
    }
    if (story.isKnown) return story.series(range);
    this.#stories.delete(accountId);
    return 'account-unknown';
  }

  statement(accountId: AccountId, day: Instant): Promise<DayStatement | 'account-unknown'> {
    return dayStatement(this.logs, accountId, day);
  }

  explanation(accountId: AccountId, end: HistoryEnd | undefined): Promise<AccountExplanation | ExplanationRefusal> {
    return explainAccount(this.logs, accountId, { end });
  }

  async decision(place: EventPlace): Promise<AccountExplanation | ExplanationRefusal> {
    const name = placeName(place);
    const known = this.#decisions.get(name);
    if (known !== undefined) return known;
    const accountId = await accountOfPlace(this.logs, place);
    if (accountId === null) return 'event-unknown';
    const explained = await explainAccount(this.logs, accountId, { end: { event: place } });
    if (typeof explained !== 'string') keep(this.#decisions, name, explained, KEPT_DECISIONS);
    return explained;
  }

  async event(place: LogPlace): Promise<EventView | 'event-unknown'> {
    const entry = await entryAt(this.logs, place);
    if (entry === undefined) return 'event-unknown';
    const [row] = await this.logs.log(place.log as ExplainedLog).readRaw(place.partition, place.position - 1, 1);
    const { nodes, more } = await causeGraph(this.logs, entry);
    const accountId = accountOf(entry);
    return {
      place: placeName(place),
      event: encodeLogEvent(entry),
      recordedAt: row?.recordedAt ?? null,
      summary: nodeText(entry),
      accountId,
      explains: accountId !== null && EXPLAINED_LOGS.includes(place.log as ExplainedLog) && place.partition >= 0,
      causes: [...nodes],
      more,
    };
  }

  liquidation(found: LiquidationCaseRow): Promise<LiquidationCaseView> {
    return caseStory(this.logs, found);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The account that the event at a place is about; null when there is no such event or it is about none. */
export async function accountOfPlace(logs: LogDirectory, place: LogPlace): Promise<AccountId | null> {
  const entry = await entryAt(logs, place);
  return entry === undefined ? null : accountOf(entry);
}

async function entryAt(logs: LogDirectory, { log: name, partition, position }: LogPlace) {
  if (!logs.has(name)) return undefined;
  const log = logs.log(name as ExplainedLog);
  if (!(await log.heads()).some((head) => head.partition === partition && head.size >= position)) return undefined;
  return (await log.read(partition, position - 1, 1))[0];
}
