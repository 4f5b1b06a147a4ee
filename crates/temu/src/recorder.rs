//! What was asked and answered, for whoever wants to keep it.

use bytes::Bytes;

/// One answered call.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Number of the call in the life of the client, from 1.
    pub sequence: u64,
    /// The API type.
    pub api: String,
    /// Business parameters as JSON, without the common ones: no secret is in it.
    pub parameters: String,
    /// HTTP status.
    pub http_status: u16,
    /// The answer's body as it came.
    pub body: Bytes,
}

/// Keeps exchanges.
pub trait ExchangeRecorder: Send + Sync {
    /// Takes one; called for every call that was answered, also for refusals.
    fn record(&self, exchange: Exchange);
}
