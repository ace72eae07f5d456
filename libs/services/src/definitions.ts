import { accountsProcess, fundProcess } from '@ballast/accounts-domain';
import { deleveragingProcess, liquidationProcess } from '@ballast/liquidation-domain';
import { marginGlobalProcess, marginProcess } from '@ballast/margin-domain';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { pricingProcess } from '@ballast/pricing-domain';

export const accountsService: ServiceDefinition = {
  log: 'accounts',
  numbered: accountsProcess,
  global: fundProcess,
};

export const pricingService: ServiceDefinition = {
  log: 'pricing',
  numbered: undefined,
  global: pricingProcess,
};

export const marginService: ServiceDefinition = {
  log: 'margin',
  numbered: marginProcess,
  global: marginGlobalProcess,
};

export const liquidationService: ServiceDefinition = {
  log: 'liquidation',
  numbered: liquidationProcess,
  global: deleveragingProcess,
};

export { presentRelease } from './release.js';

/** What decides, without the composition around it: all that a thread has to load which decides again. */
export const SERVICES: readonly ServiceDefinition[] = [
  accountsService,
  pricingService,
  marginService,
  liquidationService,
];
