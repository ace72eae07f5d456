import { MemoryLogStore } from '@ballast/event-log';
import { createExchangeSimulator, type Scenario } from '@ballast/exchange-simulator-domain';
import type { AccountId, InstrumentId, PricingEvents } from '@ballast/facts';
import { genesisOf, readHouseDocuments, type HouseDocuments } from '@ballast/house-documents';
import { partitionOfAccount } from '@ballast/kernel';
import { whatIf, type MarginState } from '@ballast/margin-domain';
import { ClearingHouse, Simulation } from '@ballast/services';
import { documentsOf, RuleError, type Rule } from '../rules/rule.js';

const PARTITIONS = 4;
const RELEASE = { release: 'ballast@comparison', build: '0'.repeat(64) };

/** A whole house under one rule beside the simulated exchange, in memory. */
export class HouseRun {
  private constructor(
    readonly rule: Rule,
    readonly house: ClearingHouse,
    readonly simulation: Simulation,
    private readonly accounts: readonly AccountId[],
    /** Of the close-out policy: how far from the mark a deleveraging closes, fraction of it. */
    readonly deleveragingDistance: number,
  ) {}

  /** @throws RuleError when the figures of the rule are refused */
  static async open(rule: Rule, scenario: Scenario, seed: string, accounts: number): Promise<HouseRun> {
    const documents = documentsOf(rule, readHouseDocuments());
    const house = await openHouse(rule, documents);
    const simulator = createExchangeSimulator({ scenario, seed, accounts, partitions: PARTITIONS });
    const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
    const opened: AccountId[] = [];
    const stop = house.onAppended((entries) => {
      for (const { type, payload } of entries) {
        if (type === 'AccountOpened') opened.push((payload as { readonly accountId: AccountId }).accountId);
      }
    });
    const run = new HouseRun(rule, house, simulation, opened, deleveragingDistanceOf(documents));
    await simulation.step();
    stop();
    await run.#chooseModel();
    return run;
  }

  /** Every owner chooses the model of the rule, right after the accounts were opened. */
  async #chooseModel(): Promise<void> {
    const { model, name } = this.rule;
    if (model === null) return;
    const choices = await this.simulation.execute(
      this.accounts.map((accountId) => ({
        log: 'accounts',
        partition: partitionOfAccount(accountId, PARTITIONS),
        command: { id: `choose/${accountId}`, type: 'ChooseMarginModel', body: { accountId, model }, actor: null },
      })),
    );
    const refused = choices.find(({ outcome }) => outcome !== 'accepted');
    if (refused !== undefined) throw new RuleError(`${name}: the house refused it: ${JSON.stringify(refused)}`);
  }

  /** Is told every mark that is published. */
  onMark(listener: (instrument: InstrumentId, mark: number) => void): void {
    this.house.onAppended((entries) => {
      for (const { type, payload } of entries) {
        if (type !== 'PriceSetPublished') continue;
        for (const { instrument, mark } of (payload as PricingEvents['PriceSetPublished']).marks) {
          listener(instrument, Number(mark));
        }
      }
    });
  }

  /** Maintenance of a position of so many contracts alone, USD, as the first account would be assessed; undefined before the first price. */
  requirementOf(instrument: InstrumentId, quantity: string): number | undefined {
    const accountId = this.accounts.find((name) => name.startsWith('provider-'));
    if (accountId === undefined) return undefined;
    const { machine } = this.house.workerOf<MarginState>('margin', partitionOfAccount(accountId, PARTITIONS));
    const held = [...(machine.state.book.find(accountId)?.holdings.keys() ?? [])];
    const answer = whatIf(machine.state, {
      accountId,
      positions: [
        ...held
          .filter((id) => id !== instrument)
          .map((id) => ({ instrument: id, quantity: '0', mode: 'replace' as const })),
        { instrument, quantity, mode: 'replace' as const },
      ],
    });
    return typeof answer === 'string' ? undefined : Number(answer.after.maintenance);
  }
}

function deleveragingDistanceOf({ liquidation }: HouseDocuments): number {
  const policy = liquidation.find(({ kind }) => kind === 'liquidation-policy');
  return Number((policy?.body as { readonly deleveragingDistance?: string } | undefined)?.deleveragingDistance);
}

async function openHouse(rule: Rule, documents: HouseDocuments): Promise<ClearingHouse> {
  try {
    return await ClearingHouse.open({
      store: new MemoryLogStore(),
      partitions: PARTITIONS,
      worker: 'comparison',
      release: RELEASE,
      genesis: (log) => genesisOf(documents, log),
    });
  } catch (error) {
    throw new RuleError(`${rule.name}: ${(error as Error).message}`);
  }
}
