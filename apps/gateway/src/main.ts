import { runGateway } from '@ballast/gateway';
import { processConfig, startProcess } from '@ballast/services';

await startProcess(() => runGateway(processConfig(process.env)));
