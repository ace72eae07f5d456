import type { ServiceLog } from '@ballast/facts';

/** Injection token of a service's definition, one per service module. */
export const definitionToken = (log: ServiceLog): string => `ServiceDefinition:${log}`;
