/** The engine's commands and their types, as the features know them. */
export type * from './gen';
export type * from './sketch';
export { commands, type Commands } from './sketch';
