export { WriteClaims } from './distributed/write-claims.js';
export { throughGeneratedClient, type GeneratedClient } from './rest/generated-client.fixtures.js';
export { generatePythonClient, printed, throughPythonClient } from './rest/python-client.fixtures.js';
export { expectProblem, readEvents, restClient, type Answer, type RestClient } from './rest/rest-client.fixtures.js';
export { describeRest } from './rest/rest.suite.js';
