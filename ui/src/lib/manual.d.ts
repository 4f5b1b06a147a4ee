declare module 'virtual:manual' {
  import type { Chapter } from '$lib/manual-types';
  const chapters: Chapter[];
  export default chapters;
}
