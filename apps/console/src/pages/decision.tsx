export { DecisionPage as default } from './decision/decision-page';
