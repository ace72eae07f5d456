import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type { Logger };

/** Fields that must never reach a log line. */
const SECRETS = [
  'password',
  'token',
  'authorization',
  'databaseUrl',
  'req.headers.authorization',
  '*.password',
  '*.token',
];

/** JSON lines on stderr; standard output belongs to what a command prints. */
export function createLogger(level: string): Logger {
  return pino({ level, redact: { paths: SECRETS, censor: '[hidden]' }, base: null }, pino.destination(2));
}

/** Lets Nest log through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
