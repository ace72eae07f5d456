import { runGateway } from '@ballast/gateway';
import { processConfig } from '@ballast/services';

await runGateway(processConfig(process.env));
