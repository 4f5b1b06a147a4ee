//! The connection, looked at step by step: where it breaks off says what to mend.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use kontor_core::{Code, Problem};
use tiberius::{Client, SqlBrowser as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::compat::TokioAsyncWriteCompatExt as _;

use crate::JtlClient;
use crate::errors::problem;
use crate::pool::config;
use crate::statement::text;

/// Every step in its order. One that broke off is the last that is told; those after it were not reached.
pub const PROBE_STEPS: [&str; 8] =
    ["dns", "tcp", "tls", "login", "database", "rights", "version", "objects"];

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeStep {
    /// One of [`PROBE_STEPS`].
    pub name: &'static str,
    /// How long it took.
    pub duration: Duration,
    /// What was found.
    pub outcome: Result<String, Problem>,
}

/// The steps so far.
struct Probe {
    steps: Vec<ProbeStep>,
    begun: Instant,
}

impl Probe {
    /// Records the next step; its value when it went well.
    fn step<T>(&mut self, outcome: Result<(T, String), Problem>) -> Option<T> {
        let name = PROBE_STEPS.get(self.steps.len())?;
        let (value, outcome) = match outcome {
            Ok((value, fact)) => (Some(value), Ok(fact)),
            Err(problem) => (None, Err(problem)),
        };
        let duration = std::mem::replace(&mut self.begun, Instant::now()).elapsed();
        self.steps.push(ProbeStep { name, duration, outcome });
        value
    }
}

impl JtlClient {
    /// Looks at the connection step by step; with `inserts`, also at the right to insert. Each step waits as long as the
    /// settings say, and none is tried again.
    pub async fn probe(&self, inserts: bool) -> Vec<ProbeStep> {
        let mut probe = Probe { steps: Vec::new(), begun: Instant::now() };
        let _ = self.walk(&mut probe, inserts).await;
        probe.steps
    }

    async fn walk(&self, probe: &mut Probe, inserts: bool) -> Option<()> {
        probe.step(self.resolve().await)?;
        let stream = probe.step(self.reach().await)?;
        self.log_in(probe, stream).await?;
        probe.step(self.opened().await)?;
        let objects = self.objects(inserts).await;
        let named = |fails: &dyn Fn(&crate::ObjectTest) -> bool| -> Option<String> {
            let failing = objects.as_deref().unwrap_or_default().iter().filter(|o| fails(o));
            let names: Vec<&str> = failing.map(|o| o.object.as_str()).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let rights = match (&objects, named(&|o| o.is_refused)) {
            (Err(problem), _) => Err(problem.clone()),
            (Ok(_), Some(names)) => Err(Problem::new(Code::JtlRightMissing).detail(names)),
            (Ok(objects), None) => Ok(((), objects.len().to_string())),
        };
        probe.step(rights)?;
        probe.step(self.version().await.map(|version| ((), version)))?;
        let visible = match named(&|o| !o.visible) {
            Some(names) => Err(Problem::new(Code::JtlObjectMissing).detail(names)),
            None => Ok(((), objects.map(|o| o.len()).unwrap_or_default().to_string())),
        };
        probe.step(visible)
    }

    fn unreachable(&self, detail: &dyn std::fmt::Display) -> Problem {
        Problem::new(Code::JtlUnreachable).about(&self.settings.host).detail(detail)
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let limit = self.settings.connect_timeout;
        tokio::time::timeout(limit, work)
            .await
            .unwrap_or_else(|_| Err(self.unreachable(&"timeout")))
    }

    async fn resolve(&self) -> Result<((), String), Problem> {
        self.within(async {
            let found = tokio::net::lookup_host((self.settings.host.as_str(), 0)).await;
            let mut addresses =
                found.map_err(|e| self.unreachable(&e))?.map(|a| a.ip().to_string());
            let first = addresses.next().ok_or_else(|| self.unreachable(&"no address"))?;
            Ok(((), first))
        })
        .await
    }

    async fn reach(&self) -> Result<(TcpStream, String), Problem> {
        let config = config(&self.settings)?;
        let by_port = self.settings.port.is_some() || self.settings.instance.is_none();
        self.within(async {
            let stream = if by_port {
                TcpStream::connect(config.get_addr()).await.map_err(|e| self.unreachable(&e))?
            } else {
                TcpStream::connect_named(&config).await.map_err(|e| self.unreachable(&e))?
            };
            let port = stream.peer_addr().map(|a| a.port().to_string()).unwrap_or_default();
            Ok((stream, port))
        })
        .await
    }

    /// TLS and login are one call of the driver; where the first ends is seen on the line.
    async fn log_in(&self, probe: &mut Probe, stream: TcpStream) -> Option<()> {
        let config = match config(&self.settings) {
            Ok(config) => config,
            Err(problem) => return probe.step(Err(problem)),
        };
        let secured = Arc::new(OnceLock::new());
        let watched = Watched { stream, packet: Packet::default(), secured: Arc::clone(&secured) };
        let connecting = async {
            Box::pin(Client::connect(config, watched.compat_write())).await.map_err(|e| problem(&e))
        };
        let outcome = self.within(connecting).await;
        let begun = probe.begun;
        match (secured.get(), outcome) {
            (None, Err(problem)) => probe.step(Err(problem)),
            (_, Err(problem)) if problem.code == Code::JtlTlsFailed => probe.step(Err(problem)),
            (at, outcome) => {
                let at: Instant = at.copied().unwrap_or(begun);
                let duration = at.duration_since(begun);
                let outcome_of_tls = Ok(self.settings.trust_word().to_owned());
                probe.steps.push(ProbeStep { name: "tls", duration, outcome: outcome_of_tls });
                probe.begun = at;
                // A database that does not open is told after the login itself went well.
                if let Err(problem) = &outcome
                    && problem.code == Code::JtlDatabaseMissing
                {
                    probe.step(Ok(((), self.settings.user.clone())))?;
                    return probe.step(Err(problem.clone()));
                }
                probe.step(outcome.map(|_| ((), self.settings.user.clone())))
            }
        }
    }

    async fn opened(&self) -> Result<((), String), Problem> {
        let rows = self.select("SELECT CAST(DB_NAME() AS NVARCHAR(128)) AS cName", &[]).await?;
        let name = rows.first().map(|row| text(row, 0)).transpose()?.unwrap_or_default();
        if name.eq_ignore_ascii_case(&self.settings.database) {
            return Ok(((), name));
        }
        Err(Problem::new(Code::JtlDatabaseMissing).about(&self.settings.database).detail(name))
    }
}

/// Where in a TDS packet the line is: bytes of the header still to come, then of the body.
#[derive(Default)]
struct Packet {
    header: Vec<u8>,
    body_left: usize,
}

const HEADER: usize = 8;
/// Packets that carry the TLS handshake.
const PRELOGIN: u8 = 0x12;

impl Packet {
    /// Follows written bytes; whether something begins that is no part of the handshake.
    fn ends_handshake(&mut self, mut bytes: &[u8]) -> bool {
        while let Some(first) = bytes.first() {
            if self.body_left > 0 {
                let taken = self.body_left.min(bytes.len());
                self.body_left -= taken;
                bytes = &bytes[taken..];
                continue;
            }
            if self.header.is_empty() && *first != PRELOGIN {
                return true;
            }
            let taken = (HEADER - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.header.len() == HEADER {
                let length = usize::from(u16::from_be_bytes([self.header[2], self.header[3]]));
                self.body_left = length.saturating_sub(HEADER);
                self.header.clear();
            }
        }
        false
    }
}

/// A line on which the end of the TLS handshake is seen.
struct Watched {
    stream: TcpStream,
    packet: Packet,
    secured: Arc<OnceLock<Instant>>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = &polled
            && self.secured.get().is_none()
            && self.packet.ends_handshake(&bytes[..*written])
        {
            let _ = self.secured.set(Instant::now());
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handshake_ends_where_another_packet_begins_however_the_bytes_are_cut() {
        let handshake = [PRELOGIN, 1, 0, 11, 0, 0, 0, 0, 0x16, 3, 3];
        let login = [0x17, 3, 3, 0, 1];
        let line: Vec<u8> = [&handshake[..], &handshake[..], &login[..]].concat();
        for cut in 1..line.len() {
            let mut packet = Packet::default();
            let ends: Vec<bool> =
                line.chunks(cut).map(|chunk| packet.ends_handshake(chunk)).collect();
            let first = ends.iter().position(|ended| *ended).expect("it ends");
            assert_eq!(first, 22 / cut, "cut {cut}");
        }
    }
}
