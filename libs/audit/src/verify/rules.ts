import type { EntryReader, LogDirectory } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ExchangeLog, type ServiceLog } from '@ballast/facts';
import type { Fault } from './fault.js';
import { verifyBooks } from './verify-books.js';
import { verifyConservation } from './verify-conservation.js';
import { verifyLiquidation } from './verify-liquidation.js';
import { verifyNoSurprise } from './verify-no-surprise.js';
import { verifyOutcomes } from './verify-outcomes.js';
import { verifyPricing } from './verify-pricing.js';
import { verifyRules } from './verify-rules.js';

/** Invariants of architecture section 6 that are judged together, because they read the same logs. */
export interface RuleGroup {
  /** For those who read the report. */
  readonly what: string;
  readonly needs: readonly (ServiceLog | ExchangeLog)[];
  /** Work for an event that is read, beside that of hashing one. */
  readonly weight: number;
  /** Whose entries `onRead` is told of, each once. */
  readonly tells: readonly (ServiceLog | ExchangeLog)[];
  /**
   * @param onRead told how many entries were read
   * @param onJudged told how many liquidations were judged
   */
  readonly check: (
    logs: LogDirectory,
    reader: EntryReader,
    onRead: (entries: number) => void,
    onJudged: (liquidations: number) => void,
  ) => Promise<Fault | undefined>;
}

/** In the order of the report. */
export const RULES = {
  opening: {
    what: 'the rules that partitions begin with',
    needs: SERVICE_LOGS,
    weight: 0,
    tells: [],
    check: (logs) => verifyRules(logs),
  },
  conservation: {
    what: 'money and positions',
    needs: ['accounts', 'margin', 'liquidation', 'pricing', ...EXCHANGE_LOGS],
    weight: 4,
    tells: ['accounts'],
    check: verifyConservation,
  },
  outcomes: {
    what: 'the index of ids',
    needs: ['accounts'],
    weight: 1,
    tells: ['accounts'],
    check: (logs, _, onRead) => verifyOutcomes(logs, onRead),
  },
  books: {
    what: 'books of others, and books that were imported',
    needs: ['accounts'],
    weight: 1,
    tells: ['accounts'],
    check: (logs, _, onRead) => verifyBooks(logs, onRead),
  },
  liquidation: {
    what: 'cases',
    needs: ['liquidation', 'accounts', 'margin'],
    weight: 1,
    tells: ['liquidation', 'accounts', 'margin'],
    check: (logs, _, onRead) => verifyLiquidation(logs, onRead),
  },
  pricing: {
    what: 'published figures',
    needs: ['pricing'],
    weight: 1,
    tells: ['pricing'],
    check: (logs, _, onRead) => verifyPricing(logs, onRead),
  },
  noSurprise: {
    what: 'entries into liquidation',
    needs: ['margin', 'pricing'],
    weight: 2,
    tells: ['margin'],
    check: (logs, _, onRead, onJudged) => verifyNoSurprise(logs, onRead, onJudged),
  },
} as const satisfies Readonly<Record<string, RuleGroup>>;

export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];
