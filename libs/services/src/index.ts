export { AccountsModule } from './accounts/accounts.module.js';
export {
  ClearingHouse,
  digestsOf,
  SERVICES,
  type Digests,
  type SnapshotSetting,
} from './composition/embedded/clearing-house.js';
export * from './composition/embedded/live-loop.js';
export { HouseOwners } from './composition/embedded/house-owners.js';
export { Simulation } from './composition/embedded/simulation.js';
export { LiveExchange } from './composition/embedded/live-exchange.js';
export { measuredCommitter } from './composition/measured-committer.js';
export { LockstepRun } from './composition/distributed/lockstep-run.js';
export { OwnerDirectory } from './composition/distributed/ownership.js';
export { PeerLogs } from './composition/distributed/peer-logs.js';
export { processConfig, type ProcessConfig } from './composition/distributed/process-config.js';
export { NOT_OWNED_HERE } from './composition/distributed/questions.controller.js';
export { exchangeConfig, playedCrowd, runExchange } from './composition/distributed/run-exchange.js';
export { runIntake } from './composition/distributed/run-intake.js';
export { kafkaConnection, onShutdown, runService } from './composition/distributed/run-service.js';
export type { ContinuationOutcome, ExchangeIntake } from './exchange/exchange-intake.js';
export { forkReasons } from './exchange/forks.js';
export { CLOCK_EVERY_MS, silenceOf, wallClockFrom } from './exchange/wall-clock.js';
export { genesisFrom } from './genesis.js';
export * from './http/bearer-token.js';
export * from './http/log-ends.js';
export { storeAnswers } from './http/store-answers.js';
export * from './http/log-page.js';
export { LiquidationModule } from './liquidation/liquidation.module.js';
export { MarginModule, marginService } from './margin/margin.module.js';
export { PricingModule } from './pricing/pricing.module.js';
export type { Owners, PartitionStanding, Told } from './questions/owners.js';
export { answerOf, isCostly, type Question } from './questions/question.js';
export { QUESTION_TYPE, questionText, readAnswer } from './questions/question-wire.js';
export { NotStored, TooManyQuestions } from './questions/question-desk.js';
export { questions } from './questions/questions.js';
export { presentRelease } from './release.js';
