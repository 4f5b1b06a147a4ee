/** A message about something that went well, with a way back where there is one. */
export interface Toast {
  id: number;
  text: string;
  undo?: { word: string; act: () => void };
}

const LIFE = 8000;

class Toasts {
  shown = $state<Toast[]>([]);
  private next = 1;
  private timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, undo?: Toast['undo']): void {
    const toast = { id: this.next++, text, undo };
    this.shown.push(toast);
    if (this.shown.length > 3) this.drop(this.shown[0]!.id);
    this.resume(toast.id);
  }

  drop(id: number): void {
    this.hold(id);
    this.shown = this.shown.filter((t) => t.id !== id);
  }

  /** Keeps a toast while it is hovered or focused. */
  hold(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  resume(id: number): void {
    this.hold(id);
    this.timers.set(
      id,
      setTimeout(() => {
        this.drop(id);
      }, LIFE),
    );
  }

  /** Takes back what the newest toast offers; `false` when it offers nothing. */
  undo(): boolean {
    const toast = this.shown.findLast((t) => t.undo);
    if (!toast) return false;
    toast.undo?.act();
    this.drop(toast.id);
    return true;
  }
}

export const toasts = new Toasts();
