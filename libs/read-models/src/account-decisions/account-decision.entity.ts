import { EntitySchema, type ValueTransformer } from 'typeorm';
import type { Movement } from '@ballast/contracts';
import type { MarginFigures } from '@ballast/facts';

export const READ_MODELS_SCHEMA = 'read_models';

export interface AccountDecisionRow {
  log: string;
  partition: number;
  position: number;
  accountId: string;
  at: number;
  type: string;
  subject: string | null;
  summary: string;
  state: string | null;
  figures: MarginFigures | null;
  movement: Movement | null;
}

export interface ProjectionCursorRow {
  projection: string;
  log: string;
  partition: number;
  position: number;
  version: number;
  chain: string | null;
}

/** Positions and instants are safe integers; the driver hands bigint over as text. */
const safeInteger: ValueTransformer = {
  to: (value: number) => value,
  from: (value: string) => Number(value),
};

export const accountDecisionEntity = new EntitySchema<AccountDecisionRow>({
  name: 'AccountDecision',
  schema: READ_MODELS_SCHEMA,
  tableName: 'account_decision',
  columns: {
    log: { type: 'text', primary: true },
    partition: { type: 'smallint', primary: true },
    position: { type: 'bigint', primary: true, transformer: safeInteger },
    accountId: { type: 'text', name: 'account_id' },
    at: { type: 'bigint', transformer: safeInteger },
    type: { type: 'text' },
    subject: { type: 'text', nullable: true },
    summary: { type: 'text' },
    state: { type: 'text', nullable: true },
    figures: { type: 'json', nullable: true },
    movement: { type: 'json', nullable: true },
  },
});

export const projectionCursorEntity = new EntitySchema<ProjectionCursorRow>({
  name: 'ProjectionCursor',
  schema: READ_MODELS_SCHEMA,
  tableName: 'projection_cursor',
  columns: {
    projection: { type: 'text', primary: true },
    log: { type: 'text', primary: true },
    partition: { type: 'smallint', primary: true },
    position: { type: 'bigint', transformer: safeInteger },
    version: { type: 'int' },
    chain: { type: 'text', nullable: true },
  },
});
