//! The connection, looked at step by step: where it breaks off says what to mend.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tiberius::{Client, Config};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};

use crate::failure::{Failure, Kind};
use crate::pool::reach;
use crate::settings::Server;

/// Every step in its order. One that broke off is the last that is told; those after it were not reached.
pub const PROBE_STEPS: [&str; 5] = ["dns", "tcp", "tls", "login", "database"];

/// One step.
#[derive(Clone, Debug)]
pub struct ProbeStep {
    /// One of [`PROBE_STEPS`].
    pub name: &'static str,
    /// How long it took.
    pub duration: Duration,
    /// What was found: address, port, how the certificate is judged, login, database.
    pub outcome: Result<String, Failure>,
}

/// The steps so far.
struct Probe {
    steps: Vec<ProbeStep>,
    begun: Instant,
}

impl Probe {
    /// Records the next step; its value when it went well.
    fn step<T>(&mut self, outcome: Result<(T, String), Failure>) -> Option<T> {
        let name = PROBE_STEPS.get(self.steps.len())?;
        let (value, outcome) = match outcome {
            Ok((value, fact)) => (Some(value), Ok(fact)),
            Err(failure) => (None, Err(failure)),
        };
        let duration = std::mem::replace(&mut self.begun, Instant::now()).elapsed();
        self.steps.push(ProbeStep { name, duration, outcome });
        value
    }
}

impl Server {
    /// Looks at the connection step by step. Each step waits as long as the settings say, and none is tried again.
    pub async fn probe(&self) -> Vec<ProbeStep> {
        let mut probe = Probe { steps: Vec::new(), begun: Instant::now() };
        let _ = self.walk(&mut probe).await;
        probe.steps
    }

    async fn walk(&self, probe: &mut Probe) -> Option<()> {
        probe.step(self.resolve().await)?;
        let config = match self.config() {
            Ok(config) => config,
            Err(failure) => return probe.step(Err(failure)),
        };
        let stream = probe.step(self.reached(&config).await)?;
        let mut client = self.log_in(probe, config, stream).await?;
        let opened = self.within(opened(&mut client)).await;
        probe.step(opened.and_then(|name| {
            if name.eq_ignore_ascii_case(&self.database) {
                return Ok(((), name));
            }
            Err(Failure::new(Kind::DatabaseMissing, format!("{name}, not {}", self.database)))
        }))
    }

    fn unreachable(detail: &dyn std::fmt::Display) -> Failure {
        Failure::new(Kind::Unreachable, detail.to_string())
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::time::timeout(self.connect_timeout, work)
            .await
            .unwrap_or_else(|_| Err(Self::unreachable(&"timeout")))
    }

    async fn resolve(&self) -> Result<((), String), Failure> {
        self.within(async {
            let found = tokio::net::lookup_host((self.host.as_str(), 0)).await;
            let mut addresses =
                found.map_err(|e| Self::unreachable(&e))?.map(|a| a.ip().to_string());
            let first = addresses.next().ok_or_else(|| Self::unreachable(&"no address"))?;
            Ok(((), first))
        })
        .await
    }

    async fn reached(&self, config: &Config) -> Result<(TcpStream, String), Failure> {
        self.within(async {
            let stream = reach(self, config).await.map_err(|e| Self::unreachable(&e))?;
            let port = stream.peer_addr().map(|a| a.port().to_string()).unwrap_or_default();
            Ok((stream, port))
        })
        .await
    }

    /// TLS and login are one call of the driver; where the first ends is seen on the line.
    async fn log_in(
        &self,
        probe: &mut Probe,
        config: Config,
        stream: TcpStream,
    ) -> Option<Client<Compat<Watched>>> {
        let secured = Arc::new(OnceLock::new());
        let watched = Watched { stream, packet: Packet::default(), secured: Arc::clone(&secured) };
        let connecting = async {
            let connected = Box::pin(Client::connect(config, watched.compat_write())).await;
            connected.map_err(|e| Failure::from(&e))
        };
        let outcome = self.within(connecting).await;
        let begun = probe.begun;
        match (secured.get(), outcome) {
            (None, Err(failure)) => probe.step(Err(failure)),
            (_, Err(failure)) if failure.kind == Kind::Tls => probe.step(Err(failure)),
            (at, outcome) => {
                let at: Instant = at.copied().unwrap_or(begun);
                let duration = at.duration_since(begun);
                let outcome_of_tls = Ok(self.trust_word().to_owned());
                probe.steps.push(ProbeStep { name: "tls", duration, outcome: outcome_of_tls });
                probe.begun = at;
                let user = self.sign_in.user().to_owned();
                // A database that does not open is told after the login itself went well.
                if let Err(failure) = &outcome
                    && failure.kind == Kind::DatabaseMissing
                {
                    probe.step(Ok(((), user)))?;
                    return probe.step(Err(failure.clone()));
                }
                probe.step(outcome.map(|client| (client, user)))
            }
        }
    }
}

async fn opened(client: &mut Client<Compat<Watched>>) -> Result<String, Failure> {
    let asked = async {
        let sql = "SELECT CAST(DB_NAME() AS NVARCHAR(128)) AS cName";
        client.simple_query(sql).await?.into_row().await
    };
    let row = asked.await.map_err(|e| Failure::of_statement(&e))?;
    let name = row.as_ref().and_then(|r| r.try_get::<&str, _>(0).ok().flatten());
    Ok(name.unwrap_or_default().to_owned())
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
