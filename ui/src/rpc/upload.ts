import { base64Of } from '$lib/files';
import { problemOf, RpcError, tell, type Problem } from './problem.svelte';

/** The engine takes no larger file through the window; what is larger is not even read here. */
const LARGEST = 64 * 1024 * 1024;

/** The bytes of a file as commands take them. */
export async function contentOf(file: File): Promise<string> {
  if (file.size > LARGEST) throw new RpcError(tell({ code: 'upload.too_large', subject: file.name, detail: '> 64 MiB' }));
  return base64Of(file);
}

/** Sends files one after the other; one that is refused leaves the others alone. What was refused, and why. */
export async function sendAll(files: File[], send: (name: string, content: string, index: number) => Promise<unknown>): Promise<Problem[]> {
  const refused: Problem[] = [];
  for (const [index, file] of files.entries()) {
    try {
      await send(file.name, await contentOf(file), index);
    } catch (error) {
      const problem = problemOf(error);
      refused.push({ ...problem, subject: problem.subject ?? file.name });
    }
  }
  return refused;
}

/** Problems as banners, each with the file that it is about. */
export function bannersOf(problems: (Problem | null)[]) {
  return problems.flatMap((one, index) =>
    one
      ? [{ id: `${one.code}/${one.subject ?? index}`, tone: 'red' as const, title: one.subject ? `${one.subject}: ${one.title}` : one.title, text: `${one.meaning} ${one.remedy}`, code: one.detail ?? one.code }]
      : [],
  );
}
