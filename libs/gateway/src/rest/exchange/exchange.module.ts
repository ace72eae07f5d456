import { Module, type DynamicModule } from '@nestjs/common';
import type { ExchangeIntake } from '@ballast/services';
import { ExchangeController, INTAKE } from './exchange.controller.js';

/** Where an exchange outside sends what happens on it. */
@Module({})
export class ExchangeModule {
  /** @param intake undefined where nothing is taken from outside: then every request is told so */
  static over(intake: ExchangeIntake | undefined): DynamicModule {
    return {
      module: ExchangeModule,
      controllers: [ExchangeController],
      providers: [{ provide: INTAKE, useValue: intake ?? null }],
    };
  }
}
