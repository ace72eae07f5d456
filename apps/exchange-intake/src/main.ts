import { ExchangeModule } from '@ballast/gateway';
import { processConfig, runIntake, startProcess } from '@ballast/services';

await startProcess(() =>
  runIntake(processConfig(process.env), (intake) =>
    ExchangeModule.alone(intake, (error) => process.stderr.write(`a request failed unexpectedly: ${String(error)}\n`)),
  ),
);
