import { m } from '$i18n';
import type { IconName } from './icons';

export type Tone = 'neutral' | 'blue' | 'red' | 'amber' | 'green';

/** One word of the closed vocabulary: an icon, a word and a tone. Icons differ in shape, not only in colour. */
export interface Status {
  icon: IconName;
  tone: Tone;
  word: () => string;
}

const status = (icon: IconName, tone: Tone, word: () => string): Status => ({ icon, tone, word });

/** The vocabulary for list, detail and history. A code that is not here does not compile. */
export const STATUS = {
  'order.imported': status('dashed', 'neutral', () => m.status_ready()),
  'order.exported': status('clock', 'blue', () => m.status_handed_over()),
  'order.accepted': status('cylinder', 'blue', () => m.status_in_jtl()),
  'order.tracked': status('van', 'blue', () => m.status_tracked()),
  'order.reported': status('tick', 'green', () => m.status_reported()),
  'order.held': status('octagon', 'red', () => m.status_held()),
  'order.held_waiting': status('pause', 'amber', () => m.status_waits_for_temu()),
  'order.cancelled': status('cross', 'neutral', () => m.status_cancelled()),
  'alert.cancelled': status('triangle', 'red', () => m.status_check_cancellation()),
  'alert.address': status('triangle', 'red', () => m.status_address_changed()),
  'alert.other': status('triangle', 'red', () => m.status_check()),
  'parcel.missing': status('dashed', 'neutral', () => m.status_waits_for_parcel()),
  'parcel.ready': status('dashed', 'neutral', () => m.status_ready()),
  'parcel.unmapped': status('pause', 'amber', () => m.status_waits_for_carrier()),
  'parcel.sending': status('play', 'blue', () => m.status_being_reported()),
  'parcel.unknown': status('question', 'amber', () => m.status_answer_unclear()),
  'parcel.rejected': status('octagon', 'red', () => m.status_rejected_by_temu()),
  'parcel.reported': status('tick', 'green', () => m.status_reported()),
  'stock.same': status('dash', 'neutral', () => m.status_unchanged()),
  'stock.planned': status('clock', 'neutral', () => m.status_planned()),
  'stock.to_zero': status('triangle', 'amber', () => m.status_to_zero()),
  'stock.guard': status('pause', 'amber', () => m.status_needs_approval()),
  'stock.sent': status('play', 'blue', () => m.status_sent()),
  'stock.confirmed': status('tick', 'green', () => m.status_confirmed()),
  'stock.refused': status('octagon', 'red', () => m.status_refused()),
  'stock.unknown': status('question', 'amber', () => m.status_unknown()),
  'stock.no_article': status('question', 'amber', () => m.status_no_article()),
  'run.queued': status('dashed', 'neutral', () => m.status_waits()),
  'run.running': status('play', 'blue', () => m.status_running()),
  'run.elsewhere': status('play', 'blue', () => m.status_running_elsewhere()),
  'run.retry': status('clock', 'amber', () => m.status_retry()),
  'run.success': status('tick', 'green', () => m.status_success()),
  'run.partial': status('triangle', 'amber', () => m.status_partial()),
  'run.needs_approval': status('pause', 'amber', () => m.status_needs_approval()),
  'run.cancelled': status('cross', 'neutral', () => m.status_run_cancelled()),
  'run.failed': status('octagon', 'red', () => m.status_failed()),
  'document.read': status('tick', 'green', () => m.status_read()),
  'document.flagged': status('question', 'amber', () => m.status_field_unclear()),
  'document.foreign': status('dash', 'neutral', () => m.status_no_document()),
  'document.broken': status('octagon', 'red', () => m.status_unreadable()),
} as const satisfies Record<string, Status>;

export type StatusCode = keyof typeof STATUS;
