import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { ExchangeIntake } from '@ballast/services';
import { ProblemFilter } from '../problem.js';
import { StrictBody } from '../strict-body.guard.js';
import { ExchangeController } from './exchange.controller.js';
import { IntakeHere } from './intake-here.js';
import { INTAKE, type Intake } from './intake.js';

/** Where an exchange outside sends what happens on it. */
@Module({})
export class ExchangeModule {
  /** @param intake undefined where nothing is taken from outside: then every request is told so */
  static over(intake: Intake | undefined): DynamicModule {
    return {
      module: ExchangeModule,
      controllers: [ExchangeController],
      providers: [{ provide: INTAKE, useValue: intake ?? null }],
    };
  }

  /** In a process that has no other interface. @param onUnexpected told of what is no answer of ours */
  static alone(intake: ExchangeIntake, onUnexpected: (error: unknown) => void): DynamicModule {
    return {
      module: ExchangeModule,
      controllers: [ExchangeController],
      providers: [
        { provide: INTAKE, useValue: new IntakeHere(intake) },
        { provide: APP_GUARD, useValue: new StrictBody() },
        { provide: APP_FILTER, useValue: new ProblemFilter(onUnexpected) },
      ],
    };
  }
}
