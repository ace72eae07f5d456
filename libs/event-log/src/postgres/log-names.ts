/** Where a log lives: `accounts` in schema `accounts`, `exchange.orderReports` in schema `exchange` with a table prefix. */
export interface LogNames {
  readonly schema: string;
  readonly prefix: string;
  /** NOLOGIN role that holds what a service may do with the logs of its schema. */
  readonly role: string;
  /** Name of a table with its schema, quoted. */
  readonly table: (name: string) => string;
}

export function logNames(log: string): LogNames {
  const [schema = '', topic] = log.split('.');
  const prefix = topic === undefined ? '' : `${snake(topic)}_`;
  return { schema, prefix, role: `ballast_${schema}`, table: (name) => `"${schema}"."${prefix}${name}"` };
}

const snake = (camel: string): string => camel.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
