import { queryOptions } from '@tanstack/react-query';
import type {
  AccountExplanation,
  AccountSeries,
  DeleveragingQueue,
  DeleveragingView,
  EventView,
  BreaksPage,
  DeleveragingRoundsPage,
  FundPage,
  LiquidationCaseView,
  LiquidationsPage,
  MarketsView,
  Recomputation,
  ReconciliationsPage,
  RiskAccountsPage,
  RiskBoard,
  RulesHistory,
  SurfacesView,
  StatusView,
  SystemView,
  accountLimits,
  accountView,
  accountStandingsPage,
  bookImportsPage,
  correctionsView,
  delistingsView,
  deferredPage,
  documentProposalsPage,
  documentsPage,
  houseModeView,
  instrumentHaltsView,
  logPage,
  feeTiersPage,
  houseModeProposalsPage,
  settlementOverridesView,
  suspensePage,
  suspenseReleasesPage,
  whatIfResponse,
} from '@ballast/contracts';
import type { z } from 'zod';
import { iso } from '../format/time';
import { withTimes } from './times';

export type AccountLimitsView = z.infer<typeof accountLimits>;
export type AccountView = z.infer<typeof accountView>;
export type BookImportsView = z.infer<typeof bookImportsPage>;
export type CorrectionsView = z.infer<typeof correctionsView>;
export type AccountStanding = Item<typeof accountStandingsPage>;
export type OwnerFees = Item<typeof feeTiersPage>;
export type SettlementOverride = Item<typeof settlementOverridesView>;
export type DelistingsView = z.infer<typeof delistingsView>;
export type RuleDocument = Item<typeof documentsPage>;
export type RuleProposal = Item<typeof documentProposalsPage>;
export type HouseModeProposal = Item<typeof houseModeProposalsPage>;
export type HouseModeView = z.infer<typeof houseModeView>;
export type InstrumentHaltsView = z.infer<typeof instrumentHaltsView>;
export type LogPage = z.infer<typeof logPage>;
export type Suspended = Item<typeof suspensePage>;
export type SuspenseRelease = Item<typeof suspenseReleasesPage>;
export type DeferredMessage = Item<typeof deferredPage>;
export type Reconciliation = ReconciliationsPage['items'][number];
export type Break = BreaksPage['items'][number];
export type WhatIf = z.infer<typeof whatIfResponse>;

/** What a list is of. */
type Item<Page extends z.ZodType<{ items: readonly unknown[] }>> = z.infer<Page>['items'][number];

/** A refusal of the interface, with its stable code. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

const TOKEN = 'ballast-token';

/** Kept for as long as the tab is open, where this server asks for one. */
export const tokens = {
  get: (): string | null => sessionStorage.getItem(TOKEN),
  set: (token: string): void => sessionStorage.setItem(TOKEN, token),
};

export function headersOf(more: Record<string, string> = {}): Record<string, string> {
  const token = tokens.get();
  return token === null ? more : { ...more, authorization: `Bearer ${token}` };
}

/** A file of the interface as it is sent, or the refusal. */
export async function askText(path: string): Promise<string> {
  const response = await fetch(path, { headers: headersOf() });
  if (!response.ok) throw await refusalOf(response);
  return await response.text();
}

export async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(path, {
    ...init,
    headers: headersOf(init.headers as Record<string, string> | undefined),
  });
  if (!response.ok) throw await refusalOf(response);
  return withTimes<Answer>(await response.text());
}

async function refusalOf(response: Response): Promise<Refused> {
  const body = (await response.json().catch(() => null)) as { code?: string; detail?: string } | null;
  const detail = body?.detail ?? `the server answered ${response.status}`;
  return new Refused(response.status, body?.code ?? 'no-answer', detail);
}

/** Sends a command as a person. Sent again with its key it is the same command. */
export const command = (
  path: string,
  body: object,
  { person, key }: { readonly person: string; readonly key: string },
): Promise<unknown> =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, 'x-actor': person },
    body: JSON.stringify(body),
  });

const withQuery = (path: string, query: Record<string, string | number | undefined>): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? path
    : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
};

const inPath = encodeURIComponent;

/** A question about now or, with `at`, about a past moment. */
type MomentQuery = Record<string, string | number | undefined> & {
  readonly at?: string | undefined;
};

/** What is live is asked for again with every event; what is past never changes. */
const ofMoment = (at: string | undefined, ...key: readonly unknown[]): { queryKey: unknown[]; staleTime?: number } =>
  at === undefined ? { queryKey: ['live', ...key] } : { queryKey: ['past', at, ...key], staleTime: Infinity };

/** A moment of an account is a clearing time or an event. */
const momentOf = (at: string | undefined): Record<string, string | undefined> =>
  at?.includes('#') === true ? { event: at } : { at };

/** A whole list, page by page. */
async function askAll<Row>(path: string, query: Record<string, string | undefined> = {}): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ;) {
    const page = await ask<{ readonly items: readonly Row[]; readonly next: string | null }>(
      withQuery(path, { ...query, limit: MOST_OF_PAGE, after }),
    );
    rows.push(...page.items);
    if (page.next === null) return rows;
    after = page.next;
  }
}

const MOST_OF_PAGE = 500;

/** Nothing tells a page that a partition has said its part, so it asks until all have. */
const WHILE_PARTITIONS_ANSWER_MS = 1_000;

/** Every question of the pages, with the key that what changes is known by. */
export const questions = {
  status: () => queryOptions({ queryKey: ['status'], queryFn: () => ask<StatusView>('/status') }),
  board: (at: string | undefined) =>
    queryOptions({ ...ofMoment(at, 'board'), queryFn: () => ask<RiskBoard>(withQuery('/risk/board', { at })) }),
  accounts: (query: MomentQuery) =>
    queryOptions({
      ...ofMoment(query.at, 'accounts', query),
      queryFn: () => ask<RiskAccountsPage>(withQuery('/risk/accounts', query)),
    }),
  account: (accountId: string) =>
    queryOptions({
      queryKey: ['account', accountId, 'view'],
      queryFn: () => ask<AccountView>(`/accounts/${inPath(accountId)}`),
    }),
  limits: (accountId: string) =>
    queryOptions({
      queryKey: ['account', accountId, 'limits'],
      queryFn: () => ask<AccountLimitsView>(`/accounts/${inPath(accountId)}/limits`),
    }),
  series: (accountId: string, range: { from?: number | undefined; to?: number | undefined; points?: number }) =>
    queryOptions({
      queryKey: ['account', accountId, 'series', range],
      queryFn: () => {
        const { from, to, points } = range;
        const query = { from: from && iso(from), to: to && iso(to), points };
        return ask<AccountSeries>(withQuery(`/accounts/${inPath(accountId)}/series`, query));
      },
    }),
  explanation: (accountId: string, at: string | undefined) =>
    queryOptions({
      queryKey: ['account', accountId, 'explanation', at],
      queryFn: () => ask<AccountExplanation>(withQuery(`/accounts/${inPath(accountId)}/explanation`, { at })),
    }),
  // What stands in the log never changes.
  decision: (log: string, partition: number, position: number) =>
    queryOptions({
      queryKey: ['decision', log, partition, position],
      queryFn: () => ask<AccountExplanation>(`/decisions/${inPath(log)}/${partition}/${position}`),
      staleTime: Infinity,
    }),
  event: (log: string, partition: number, position: number) =>
    queryOptions({
      queryKey: ['event', log, partition, position],
      queryFn: () => ask<EventView>(`/events/${inPath(log)}/${partition}/${position}`),
    }),
  recomputation: (log: string, partition: number, position: number) =>
    queryOptions({
      queryKey: ['recomputation', log, partition, position],
      queryFn: () => ask<Recomputation>(`/events/${inPath(log)}/${partition}/${position}/recomputation`),
      staleTime: Infinity,
    }),
  liquidations: (query: MomentQuery) =>
    queryOptions({
      ...ofMoment(query.at, 'liquidations', query),
      queryFn: () => ask<LiquidationsPage>(withQuery('/liquidations', query)),
    }),
  liquidation: (caseId: string) =>
    queryOptions({
      queryKey: ['liquidation', caseId],
      queryFn: () => ask<LiquidationCaseView>(`/liquidations/${inPath(caseId)}`),
    }),
  log: (log: string, partition: number, after: number, limit: number) =>
    queryOptions({
      queryKey: ['log', log, partition, after, limit],
      queryFn: () => ask<LogPage>(withQuery(`/logs/${inPath(log)}/${partition}`, { after, limit })),
    }),
  markets: (at: string | undefined) =>
    queryOptions({ ...ofMoment(at, 'markets'), queryFn: () => ask<MarketsView>(withQuery('/markets', { at })) }),
  surfaces: (underlying: string, at: string | undefined) =>
    queryOptions({
      ...ofMoment(at, 'surfaces', underlying),
      queryFn: () => ask<SurfacesView>(withQuery(`/surfaces/${inPath(underlying)}`, { at })),
    }),
  deleveraging: () =>
    queryOptions({ queryKey: ['live', 'deleveraging'], queryFn: () => ask<DeleveragingView>('/deleveraging') }),
  deleveragingQueue: (instrument: string, side: string, limit: number) =>
    queryOptions({
      queryKey: ['live', 'deleveraging', instrument, side, limit],
      queryFn: () => ask<DeleveragingQueue>(withQuery(`/deleveraging/${inPath(instrument)}/${side}`, { limit })),
    }),
  fund: (at: string | undefined) =>
    queryOptions({
      ...ofMoment(at, 'fund'),
      queryFn: () => ask<FundPage>(withQuery('/fund', { at, limit: MOST_OF_PAGE })),
    }),
  deleveragingRounds: (at: string | undefined) =>
    queryOptions({
      ...ofMoment(at, 'deleveraging-rounds'),
      queryFn: () => ask<DeleveragingRoundsPage>(withQuery('/deleveraging/rounds', { at, limit: MOST_OF_PAGE })),
    }),
  system: () => queryOptions({ queryKey: ['live', 'system'], queryFn: () => ask<SystemView>('/system') }),
  whatIf: (accountId: string, body: object, at: string | undefined) =>
    queryOptions({
      // Not asked again with every event: it is the reader's own question.
      queryKey: ['what-if', accountId, at, body],
      ...(at === undefined ? {} : { staleTime: Infinity }),
      queryFn: () =>
        ask<WhatIf>(withQuery(`/accounts/${inPath(accountId)}/what-if`, momentOf(at)), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
    }),
  rulesHistory: (service: string, at: string | undefined) =>
    queryOptions({
      // Beside the documents: a command that changes them changes it.
      queryKey: ['documents', service, 'history', at],
      queryFn: () => ask<RulesHistory>(withQuery(`/rules/${inPath(service)}/history`, { at, limit: MOST_OF_PAGE })),
    }),
  documents: (service: string, at: string | undefined) =>
    queryOptions({
      queryKey: ['documents', service, 'rules', at],
      queryFn: async () => ({
        inForce: await askAll<RuleDocument>(`/rules/${inPath(service)}`, { at }),
        proposals: await askAll<RuleProposal>(`/rules/${inPath(service)}/proposals`, { at }),
      }),
    }),
  suspense: (partition: number) =>
    queryOptions({
      queryKey: ['live', 'desk', 'suspense', partition],
      queryFn: async () => ({
        partition,
        items: await askAll<Suspended>(`/suspense/${partition}`),
        releases: await askAll<SuspenseRelease>(`/suspense/${partition}/releases`),
        deferred: await askAll<DeferredMessage>(`/suspense/${partition}/deferred`),
      }),
    }),
  reconciliations: () =>
    queryOptions({
      queryKey: ['live', 'desk', 'reconciliations'],
      queryFn: async () => ({
        reconciliations: await askAll<Reconciliation>('/reconciliations'),
        breaks: await askAll<Break>('/reconciliations/breaks'),
      }),
    }),
  accountStandings: () =>
    queryOptions({
      queryKey: ['live', 'desk', 'standings'],
      queryFn: () => askAll<AccountStanding>('/account-standings'),
    }),
  feeTiers: () =>
    queryOptions({ queryKey: ['live', 'desk', 'fee-tiers'], queryFn: () => askAll<OwnerFees>('/fee-tiers') }),
  settlementOverrides: () =>
    queryOptions({
      queryKey: ['live', 'desk', 'settlement-overrides'],
      queryFn: () => askAll<SettlementOverride>('/settlement-overrides'),
    }),
  delistings: () =>
    queryOptions({
      queryKey: ['live', 'desk', 'delistings'],
      queryFn: () => askAll<DelistingsView['items'][number]>('/delistings'),
    }),
  corrections: () =>
    queryOptions({
      queryKey: ['live', 'desk', 'corrections'],
      queryFn: () => askAll<CorrectionsView['items'][number]>('/corrections'),
      refetchInterval: ({ state: { data = [] } }) =>
        data.some(({ reported: { partitions, of } }) => partitions < of) && WHILE_PARTITIONS_ANSWER_MS,
    }),
  bookImports: () =>
    queryOptions({
      queryKey: ['live', 'book-imports'],
      queryFn: () => ask<BookImportsView>('/book-imports?limit=500'),
      refetchInterval: ({ state: { data } }) => {
        const judged = data?.open?.judged;
        return judged !== undefined && judged.partitions < judged.of && WHILE_PARTITIONS_ANSWER_MS;
      },
    }),
  houseMode: () =>
    queryOptions({
      queryKey: ['live', 'house-mode'],
      queryFn: async () => ({
        ...(await ask<HouseModeView>('/house-mode')),
        proposals: await askAll<HouseModeProposal>('/house-mode/proposals'),
      }),
    }),
  instrumentHalts: () =>
    queryOptions({
      queryKey: ['live', 'instrument-halts'],
      queryFn: () => askAll<InstrumentHaltsView['items'][number]>('/instrument-halts'),
    }),
};
