import type { SurveyedHouse } from '../history/risk-survey.js';
import type { ClearingGateway } from './clearing.gateway.js';

/** All accounts at once, looked at for every list together. */
export const SURVEY = 'RiskSurvey';

/** The house as it is. */
export const presentHouse = (clearing: ClearingGateway): SurveyedHouse => ({
  asOf: () => clearing.readTo('margin'),
  numbers: clearing.numbers,
  picture: () => clearing.picture(),
  get openCases() {
    return clearing.cases.open;
  },
  ask: (partition, question, ...parameters) => clearing.ask(question, partition, ...parameters),
});
