import { LogHistory, keep, marginAt, type History } from '@ballast/audit';
import type { AsOf, RiskBoard } from '@ballast/contracts';
import { readPartition, type LogDirectory } from '@ballast/event-log';
import type { Instant } from '@ballast/kernel';
import type { MarginState } from '@ballast/margin-domain';
import { ClearingPictureProjection, LiquidationCasesProjection } from '@ballast/read-models';
import { answerOf } from '@ballast/services';
import { casesPage, type CasesPage, type WantedCases } from './liquidations-page.js';
import { RiskSurvey, type AccountsBehind, type AccountsPage, type SurveyedHouse } from './risk-survey.js';

/** Questions about all accounts as they stood at a past moment. */
export interface PastHouse {
  boardAt(at: Instant): Promise<RiskBoard>;
  accountsAt(at: Instant, wanted: AccountsBehind): Promise<AccountsPage>;
  liquidationsAt(at: Instant, wanted: WantedCases): Promise<CasesPage>;
}

/** Everything that is told of the past. */
export type HouseHistory = History & PastHouse;

/** Moments that are kept: whoever looks at one asks more than one question about it. */
const KEPT = 3;

/** The house at one past moment. */
interface Moment {
  readonly survey: RiskSurvey;
  readonly asOf: (log: string) => AsOf;
  readonly cases: LiquidationCasesProjection;
}

/** History with the whole house of past moments, rebuilt from the logs; for a thread that may be busy for seconds. */
export class RebuiltHouse extends LogHistory implements HouseHistory {
  readonly #moments = new Map<Instant, Promise<Moment>>();

  async boardAt(at: Instant): Promise<RiskBoard> {
    return await (await this.#momentAt(at)).survey.board();
  }

  async accountsAt(at: Instant, wanted: AccountsBehind): Promise<AccountsPage> {
    return await (await this.#momentAt(at)).survey.accountsBehind(wanted);
  }

  async liquidationsAt(at: Instant, wanted: WantedCases): Promise<CasesPage> {
    const { cases, asOf } = await this.#momentAt(at);
    return casesPage(cases, asOf('liquidation'), wanted);
  }

  #momentAt(at: Instant): Promise<Moment> {
    const moment = this.#moments.get(at) ?? this.#rebuilt(at);
    keep(this.#moments, at, moment, KEPT);
    return moment;
  }

  #rebuilt(at: Instant): Promise<Moment> {
    const moment = rebuild(this.logs, at);
    // What failed is asked for again.
    moment.catch(() => this.#moments.delete(at));
    return moment;
  }
}

async function rebuild(logs: LogDirectory, at: Instant): Promise<Moment> {
  const numbers = Array.from({ length: logs.partitions }, (_, partition) => partition);
  const margin: MarginState[] = [];
  for (const partition of numbers) margin.push(await marginAt(logs, partition, at));
  const read = new Map<string, number>();
  const pictures = new ClearingPictureProjection();
  const cases = new LiquidationCasesProjection();
  for (const name of ['accounts', 'pricing', 'margin', 'liquidation'] as const) {
    const log = logs.log(name);
    for (const { partition } of await log.heads()) {
      read.set(`${name}/${partition}`, 0);
      for await (const entry of readPartition(log, partition)) {
        // Clearing time never falls inside a partition.
        if (entry.time.clearing > at) break;
        read.set(`${name}/${partition}`, entry.position);
        pictures.apply(entry);
        cases.apply(entry);
      }
    }
  }
  const { picture } = pictures;
  const asOf = (log: string): AsOf => ({
    clearing: picture.clearing,
    positions: Object.fromEntries([...read].filter(([place]) => place.startsWith(`${log}/`))),
  });
  const house: SurveyedHouse = {
    asOf: () => asOf('margin'),
    numbers,
    picture: () => picture,
    openCases: cases.open,
    ask: async (partition, question, ...parameters) => answerOf(question, margin[partition] as MarginState, parameters),
  };
  return { survey: new RiskSurvey(house), asOf, cases };
}
