import { processConfig, runExchange } from '@ballast/services';
import { avalanche } from './avalanche.fixtures.js';

// The exchange of an avalanche in a process of its own; ACCOUNTS says how many there are.
await runExchange(processConfig(process.env), { ...avalanche(Number(process.env['ACCOUNTS'])), speed: 1 });
