import { z } from 'zod';
import {
  accountId,
  assessmentDetail,
  decimal,
  instrument,
  marginFigures,
  ordinal,
  sha256Hex,
  versionedName,
} from '../fields.js';
import { openOrdersSection } from './orders.js';
import { instant } from './times.js';
import { boundedBy } from '../bounds.js';

const POSITIONS = 500;
const STEPS = 31;

const profits = boundedBy('question', z.strictObject({ instrument: z.string(), pnl: decimal }));
const axis = (description: string) => z.array(decimal).min(1).max(STEPS).meta({ description });

export const whatIfRequest = z
  .strictObject({
    positions: z
      .array(
        z.strictObject({
          instrument,
          quantity: decimal.meta({ description: 'Contracts, negative = short.', example: '-5' }),
          mode: z
            .enum(['add', 'replace'])
            .default('replace')
            .meta({ description: '`replace`: this is the whole position then; `add`: on top of what is held.' }),
        }),
      )
      .max(POSITIONS)
      .optional()
      .meta({ description: 'Positions to imagine, each filled at its mark without a fee.' }),
    model: versionedName
      .optional()
      .meta({ description: 'A registered margin model; without it the one the account is due.' }),
    parameters: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "A parameter document for that model; without it the model's default." }),
    parametersHash: sha256Hex.optional().meta({
      description: 'SHA-256 of the canonical text of that document, hex; a document with another one is refused.',
    }),
    shocks: z
      .strictObject({
        spotMoves: axis('Relative moves of every price, above -1.'),
        volatilityShocks: axis('Relative shocks of volatility: implied of options, and the scalar of the rates.'),
      })
      .optional()
      .meta({ description: 'Sudden moves to look at, each combined with each.' }),
  })
  .meta({
    id: 'WhatIfRequest',
    description: 'What would margin say of the account in the path if ... ? Nothing is reserved and nothing is stored.',
    example: {
      positions: [{ instrument: 'BTC-PERP', quantity: '0.5', mode: 'add' }],
      model: 'adaptive-portfolio@1',
      shocks: { spotMoves: ['-0.1', '0', '0.1'], volatilityShocks: ['0', '0.5'] },
    },
  });

export const whatIfResponse = z
  .strictObject({
    accountId,
    accountVersion: ordinal,
    schedule: ordinal.meta({ description: 'Position of the ScheduleInForce in margin global.' }),
    asOf: instant.meta({ description: 'The moment that is spoken of: clearing time of the prices of that schedule.' }),
    model: versionedName,
    parameters: z.string().meta({ description: 'Id of the parameter document; `given` when the request brought one.' }),
    before: marginFigures.meta({ description: 'As the account is assessed at that moment.' }),
    after: marginFigures,
    value: decimal.meta({ description: 'What the model values the account at, USD.' }),
    requirements: z
      .record(z.string(), decimal)
      .meta({ description: 'Requirement at each level, as the model names them.' }),
    assessment: assessmentDetail,
    orders: openOrdersSection,
    worstScenario: z.string().nullable(),
    scenarios: boundedBy('question', z.strictObject({ id: z.string(), pnl: decimal, byPosition: profits })).meta({
      description: 'Profit in every scenario of the model, USD, loss negative.',
    }),
    lines: boundedBy(
      'question',
      z.strictObject({
        code: z.string(),
        subject: z.string().optional(),
        amount: decimal,
        figures: z.record(z.string(), decimal).optional(),
      }),
    ),
    shocks: boundedBy(
      'question',
      z.strictObject({
        spotMove: decimal,
        volatilityShock: decimal,
        pnl: decimal.meta({ description: 'Profit of the positions, USD, loss negative; collateral is not in it.' }),
        byPosition: profits,
        figures: marginFigures.nullable().meta({
          description:
            'The account as it would be assessed after the move, collateral moved too; null where an option is held that the move would change.',
        }),
      }),
    ).meta({ description: 'Every point of the grid that was asked for.' }),
  })
  .meta({ id: 'WhatIf', description: 'The answer names what it was made on: account version and schedule.' });
