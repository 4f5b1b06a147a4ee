import { locale, m } from '$i18n';
import type { ProblemReport, ProblemText, Reason } from './contract';

/** A problem for people: what happened, what it means, what to do. */
export interface Problem {
  code: string;
  class: ProblemText['class'] | 'unreachable';
  subject: string | null;
  detail: string | null;
  title: string;
  meaning: string;
  remedy: string;
}

/** A command that was answered with a problem, or not at all. */
export class RpcError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.title}`);
    this.name = 'RpcError';
  }
}

let texts = $state.raw<ReadonlyMap<string, ProblemText>>(new Map());

/** Takes the engine's texts of every problem code, in both languages. */
export function knowTexts(list: ProblemText[]): void {
  texts = new Map(list.map((text) => [text.code, text]));
}

/** The texts of a reason in the language on screen. A code without texts is shown as it is: nothing is made up. */
export function tell(reason: Pick<Reason, 'code'> & { detail?: string | null; subject?: string | null }): Problem {
  const text = texts.get(reason.code);
  const { title, meaning, remedy } = text?.[locale.current] ?? { title: reason.code, meaning: '', remedy: '' };
  return { code: reason.code, class: text?.class ?? 'bug', subject: reason.subject ?? null, detail: reason.detail || null, title, meaning, remedy };
}

/** A problem that brings its texts with it. */
export function told(report: ProblemReport): Problem {
  return { code: report.code, class: report.class, subject: report.subject ?? null, detail: report.detail ?? null, ...report[locale.current] };
}

function isReport(value: unknown): value is ProblemReport {
  return typeof value === 'object' && value !== null && 'code' in value && 'de' in value && 'en' in value;
}

function isReason(value: unknown): value is Reason & { subject?: string } {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}

/** Reads what a host rejected with. Without a problem in it, the engine did not answer. */
export function readProblem(value: unknown, cause: unknown): Problem {
  if (isReport(value)) return told(value);
  if (isReason(value)) return tell(value);
  return {
    code: 'ui.no_answer',
    class: 'unreachable',
    subject: null,
    detail: cause instanceof Error ? cause.message : String(cause),
    title: m.no_answer_title(),
    meaning: m.no_answer_meaning(),
    remedy: m.no_answer_remedy(),
  };
}

/** The problem of anything that was thrown. */
export function problemOf(error: unknown): Problem {
  return error instanceof RpcError ? error.problem : readProblem(null, error);
}
