//! The pace of requests: so many a second, so many under way, and a pause for all when the gateway says "too fast".

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Shared by all calls of a client, and by all clients of an app key.
pub struct Pace {
    limiter: DefaultDirectRateLimiter,
    in_flight: Semaphore,
    paused_until: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many calls a second, so many under way at once.
    pub fn new(rate_per_second: u32, max_in_flight: usize) -> Self {
        let rate = NonZeroU32::new(rate_per_second).unwrap_or(NonZeroU32::MIN);
        // A short burst makes up for timer granularity without exceeding the rate over a second.
        let burst = NonZeroU32::new(rate.get() / 50).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::direct(Quota::per_second(rate).allow_burst(burst)),
            in_flight: Semaphore::new(max_in_flight.max(1)),
            paused_until: Mutex::new(None),
        }
    }

    /// Waits for a turn; the call is under way until the permit is dropped.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.in_flight.acquire().await.ok();
        // A pause may begin while this caller waits for the limiter: it is looked at last.
        loop {
            self.limiter.until_ready().await;
            match self.paused_until() {
                Some(until) => tokio::time::sleep_until(until).await,
                None => return permit,
            }
        }
    }

    fn paused_until(&self) -> Option<Instant> {
        let paused = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        paused.filter(|until| *until > Instant::now())
    }

    /// Lets nobody begin for a while.
    pub(crate) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        if paused.is_none_or(|known| known < until) {
            *paused = Some(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    async fn times_of_turns(pace: &Arc<Pace>, callers: usize) -> Vec<Instant> {
        let mut turns = tokio::task::JoinSet::new();
        for _ in 0..callers {
            let pace = pace.clone();
            turns.spawn(async move {
                let _permit = pace.turn().await;
                Instant::now()
            });
        }
        let mut times = turns.join_all().await;
        times.sort();
        times
    }

    #[tokio::test]
    async fn the_rate_is_kept_and_used() {
        const RATE: u32 = 500;
        let pace = Arc::new(Pace::new(RATE, 1_000));
        let begun = Instant::now();
        let times = times_of_turns(&pace, 500).await;
        let took = times[499].duration_since(begun).as_secs_f64();
        // The first burst of 10 costs no time. The upper bound leaves room for a busy machine.
        assert!((0.98..1.3).contains(&took), "500 turns took {took} s");
    }

    #[tokio::test]
    async fn a_pause_holds_also_those_who_wait_for_the_rate_already() {
        let pace = Arc::new(Pace::new(100, 1_000));
        let first = pace.turn().await;
        let waiting = tokio::spawn({
            let pace = pace.clone();
            async move { times_of_turns(&pace, 20).await }
        });
        tokio::task::yield_now().await;
        let paused_at = Instant::now();
        pace.pause(Duration::from_millis(400));
        drop(first);
        let times = waiting.await.expect("no panic");
        let pause = paused_at..paused_at + Duration::from_millis(400);
        let early = times.iter().filter(|time| pause.contains(time)).count();
        assert_eq!(early, 0, "turns within the pause");
    }

    #[tokio::test]
    async fn a_shorter_pause_does_not_end_a_longer_one() {
        let pace = Arc::new(Pace::new(1_000, 10));
        let paused_at = Instant::now();
        pace.pause(Duration::from_millis(300));
        pace.pause(Duration::from_millis(1));
        let times = times_of_turns(&pace, 1).await;
        assert!(times[0] >= paused_at + Duration::from_millis(300));
    }
}
