//! The pace of requests: so many a second, so many under way, and a pause for all when the gateway says "too fast".

use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Shared by all calls of a client.
pub(crate) struct Pace {
    limiter: DefaultDirectRateLimiter,
    in_flight: Semaphore,
    paused_until: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(rate_per_second: u32, max_in_flight: usize) -> Self {
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
        loop {
            let paused =
                *self.paused_until.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match paused.filter(|until| *until > Instant::now()) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => break,
            }
        }
        self.limiter.until_ready().await;
        permit
    }

    /// Lets nobody begin for a while.
    pub(crate) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut paused =
            self.paused_until.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if paused.is_none_or(|known| known < until) {
            *paused = Some(until);
        }
    }
}
