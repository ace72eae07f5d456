import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Failed } from './frame/failed';
import { Frame } from './frame/frame';
import { Missing } from './frame/missing';
import { programOfPage } from './frame/program-of-page';

/** Where the reader stands in time: absent is now; else a clearing time or an event. A part of every address. */
export interface AsOf {
  readonly at?: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const whole = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 && value !== undefined ? number : undefined;
};
const given = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): AsOf => given({ at: text(search['at']) }) as AsOf,
  component: Frame,
  notFoundComponent: Missing,
});

export interface StorySearch extends AsOf {
  readonly from?: number;
  readonly to?: number;
  readonly squeeze?: boolean;
}

export interface DecisionSearch extends AsOf {
  /** Another decision to compare with. */
  readonly with?: string;
}

export interface ListSearch extends AsOf {
  readonly order?: string;
  readonly direction?: string;
  readonly state?: string;
  readonly search?: string;
  readonly open?: string;
}

export interface WhatIfSearch extends AsOf {
  readonly account?: string;
  readonly positions?: string;
  readonly model?: string;
}

export interface LogSearch extends AsOf {
  readonly log?: string;
  readonly partition?: number;
  readonly after?: number;
  readonly type?: string;
}

/** A list's search without what does not narrow it. */
export const narrowed = (search: ListSearch): ListSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''));

const listSearch = (search: Record<string, unknown>): ListSearch =>
  given({
    order: text(search['order']),
    direction: text(search['direction']),
    state: text(search['state']),
    search: text(search['search']),
    open: text(search['open']),
  });

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

export const storyRoute = createRoute({
  getParentRoute: () => root,
  path: '/accounts/$accountId',
  validateSearch: (search: Record<string, unknown>): StorySearch =>
    given({
      from: whole(search['from']),
      to: whole(search['to']),
      squeeze: search['squeeze'] === true ? true : undefined,
    }) as StorySearch,
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/story'))),
});

export const decisionRoute = createRoute({
  getParentRoute: () => root,
  path: '/decisions/$log/$partition/$position',
  validateSearch: (search: Record<string, unknown>): DecisionSearch =>
    given({ with: text(search['with']) }) as DecisionSearch,
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/decision'))),
});

export const eventRoute = createRoute({
  getParentRoute: () => root,
  path: '/events/$log/$partition/$position',
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/event'))),
});

export const accountsRoute = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/accounts'))),
});

export const liquidationsRoute = createRoute({
  getParentRoute: () => root,
  path: '/liquidations',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/liquidations'))),
});

export const caseRoute = createRoute({
  getParentRoute: () => root,
  path: '/liquidations/$caseId',
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/case'))),
});

export const whatIfRoute = createRoute({
  getParentRoute: () => root,
  path: '/what-if',
  validateSearch: (search: Record<string, unknown>): WhatIfSearch =>
    given({
      account: text(search['account']),
      positions: text(search['positions']),
      model: text(search['model']),
    }) as WhatIfSearch,
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/what-if'))),
});

export const logRoute = createRoute({
  getParentRoute: () => root,
  path: '/log',
  validateSearch: (search: Record<string, unknown>): LogSearch =>
    given({
      log: text(search['log']),
      partition: Number.isSafeInteger(search['partition']) ? (search['partition'] as number) : undefined,
      after: whole(search['after']),
      type: text(search['type']),
    }) as LogSearch,
  component: lazyRouteComponent(() => programOfPage(() => import('./pages/log'))),
});

export const router = createRouter({
  basepath: '/console',
  routeTree: root.addChildren([
    page(
      '/',
      lazyRouteComponent(() => programOfPage(() => import('./pages/board'))),
    ),
    accountsRoute,
    storyRoute,
    decisionRoute,
    eventRoute,
    liquidationsRoute,
    caseRoute,
    whatIfRoute,
    logRoute,
    page(
      '/markets',
      lazyRouteComponent(() => programOfPage(() => import('./pages/markets'))),
    ),
    page(
      '/fund',
      lazyRouteComponent(() => programOfPage(() => import('./pages/fund'))),
    ),
    page(
      '/parameters',
      lazyRouteComponent(() => programOfPage(() => import('./pages/parameters'))),
    ),
    page(
      '/desk',
      lazyRouteComponent(() => programOfPage(() => import('./pages/desk'))),
    ),
    page(
      '/system',
      lazyRouteComponent(() => programOfPage(() => import('./pages/system'))),
    ),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: Failed,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
