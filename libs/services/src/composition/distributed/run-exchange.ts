import { z } from 'zod';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  createExchangeSimulator,
  REACTIONS_NAMES,
  type ExchangeSimulator,
  type ReactionsName,
} from '@ballast/exchange-simulator-domain';
import { ClearingMetrics, NestLogger, createLogger } from '@ballast/observability';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { anotherRun } from '../../exchange/another-run.js';
import { openExchange } from '../../exchange/open-exchange.js';
import { ExchangeNode } from './exchange-node.js';
import { openExchangeProcess } from './exchange-process.js';
import { ConfigurationRefused, readEnvironment } from './environment.js';
import type { ProcessConfig } from './process-config.js';
import { requireBearer } from './require-bearer.js';
import { ProcessModule, followGate, onShutdown } from './run-service.js';

const schema = z.object({
  SCENARIO: z.string().default('crash-2020-03'),
  FROM: z.string().optional(),
  TO: z.string().optional(),
  ACCOUNTS: z.coerce.number().int().min(10).max(200_000).default(1_000),
  SEED: z.string().default('1'),
  /** Live: steps in a second of wall time. */
  SPEED: z.coerce.number().positive().max(1_000).default(1),
  OPENING_FUND: z.string().optional(),
  REACTIONS: z.enum(REACTIONS_NAMES).optional(),
  PRICE_FEEDBACK: z.stringbool().optional(),
});

/** What the simulated exchange plays. */
export interface ExchangeConfig {
  readonly scenario: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly accounts: number;
  readonly seed: string;
  readonly openingFund: string | undefined;
  readonly reactions: ReactionsName | undefined;
  readonly priceFeedback: boolean | undefined;
  readonly speed: number;
}

/** @throws ConfigurationRefused naming every variable that does not fit */
export function exchangeConfig(environment: NodeJS.ProcessEnv): ExchangeConfig {
  const { SCENARIO, FROM, TO, ACCOUNTS, SEED, OPENING_FUND, SPEED, REACTIONS, PRICE_FEEDBACK } = readEnvironment(
    schema,
    environment,
  );
  return {
    scenario: SCENARIO,
    from: FROM,
    to: TO,
    accounts: ACCOUNTS,
    seed: SEED,
    openingFund: OPENING_FUND,
    reactions: REACTIONS,
    priceFeedback: PRICE_FEEDBACK,
    speed: SPEED,
  };
}

/** What an exchange plays, and how fast by the wall clock. */
export interface Played {
  readonly simulator: ExchangeSimulator;
  /** Live: steps in a second. */
  readonly speed: number;
}

/** The crowd of a scenario. */
export async function playedCrowd(exchange: ExchangeConfig, partitions: number): Promise<Played> {
  const scenario = narrowedScenario(await loadScenario(exchange.scenario), exchange);
  const { seed, accounts, speed } = exchange;
  return { simulator: createExchangeSimulator({ scenario, seed, accounts, partitions }), speed };
}

/** The simulated exchange in a process of its own: takes part in a lockstep run, keeps its logs, serves pages of them. */
export async function runExchange(config: ProcessConfig, { simulator, speed }: Played): Promise<void> {
  const logger = createLogger(config.logLevel);
  const fail = (error: unknown): never => {
    logger.error({ err: error }, 'the exchange cannot go on; the process ends so that it is started again');
    process.exit(1);
  };
  const { connection, bus, relays, keeping, close } = await openExchangeProcess(config, logger, fail);
  const found = await anotherRun(keeping.logs, simulator.runName);
  if (found !== undefined) {
    throw new ConfigurationRefused(
      `${found}; start it with the same SCENARIO, FROM, TO, ACCOUNTS and SEED, or give the house another DATABASE_URL`,
    );
  }
  const worker = await openExchange({ process: simulator.process, ...keeping });
  await relays.catchUp(worker.written);
  const node = new ExchangeNode(worker, bus);
  const metrics = new ClearingMetrics();
  const health = { reasons: () => [], partitions: [], metrics };
  const app = await NestFactory.create(ProcessModule.around([], keeping.logs, health), {
    logger: new NestLogger(logger),
  });
  if (config.token !== undefined) app.use(requireBearer(config.token));
  await app.listen(config.port, config.host);
  const leave = config.mode === 'live' ? await playLive() : await followDriver();

  async function playLive(): Promise<() => Promise<void>> {
    await node.startLive(fail);
    node.play(simulator.steps(), 1_000 / speed, fail).catch(fail);
    return () => Promise.resolve();
  }

  async function followDriver(): Promise<() => Promise<void>> {
    await node.start();
    // Half a step can't be taken back: the process ends, is started again and repeats the step.
    const gate = await followGate(connection, config.worker, logger, (opening) => node.apply(opening).catch(fail));
    return () => gate.stop();
  }

  process.stdout.write(`${config.worker} listens at ${await app.getUrl()}\n`);
  onShutdown(async () => {
    await leave();
    await node.stop();
    await worker.rest();
    await app.close();
    await close();
  });
}
