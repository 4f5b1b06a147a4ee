/** The time on screen. It moves every 15 seconds: deadlines tick per minute, "vor 3 min" is never a minute off. */
class Clock {
  now = $state(Date.now());

  /** Starts ticking; returns what stops it. */
  start(): () => void {
    const timer = setInterval(() => (this.now = Date.now()), 15_000);
    return () => {
      clearInterval(timer);
    };
  }
}

export const clock = new Clock();
