import { ExchangeModule } from '@ballast/gateway';
import { processConfig, runIntake } from '@ballast/services';

await runIntake(processConfig(process.env), (intake) =>
  ExchangeModule.alone(intake, (error) => process.stderr.write(`a request failed unexpectedly: ${String(error)}\n`)),
);
