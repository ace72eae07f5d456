export {
  DocumentFileError,
  readDocument,
  readHouseDocuments,
  genesisOf,
  type HouseDocuments,
} from './house-documents.js';
