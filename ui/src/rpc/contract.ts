/** The engine's commands and their types, as the features know them. */
export type * from './gen';
export { commands } from './gen';
