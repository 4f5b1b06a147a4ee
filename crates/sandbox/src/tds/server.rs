//! The listener and the life of one connection.

use super::login::{Encryption, prelogin_answer, read_login, read_prelogin};
use super::packet::{self, ANSWER, LOGIN, Link, Message, PRELOGIN, packets, read_message};
use super::tokens::{self, CANCELLED, COUNTED, Done, FAILED, MORE};
use super::{Column, Identity, LoginAttempt, Request, Value};
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// An error as SQL Server reports it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (error {number}, class {class})")]
pub struct SqlError {
    /// SQL Server's error number.
    pub number: u32,
    /// Its state.
    pub state: u8,
    /// Its severity.
    pub class: u8,
    /// Its text.
    pub message: String,
}

impl SqlError {
    /// An error of state 1.
    #[must_use]
    pub fn new(number: u32, class: u8, message: impl Into<String>) -> Self {
        Self { number, state: 1, class, message: message.into() }
    }
}

/// The outcome of one statement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResultSet {
    /// Empty for a statement that answers no rows.
    pub columns: Vec<Column>,
    /// Each row has one value per column, of the column's type or NULL.
    pub rows: Vec<Vec<Value>>,
    /// Rows read or changed; `None` for a statement that counts nothing (SET).
    pub affected: Option<u64>,
}

/// A transaction's beginning or end, with the number it is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionChange {
    /// It began.
    Began(u64),
    /// It was committed.
    Committed(u64),
    /// It was rolled back.
    RolledBack(u64),
}

/// Whether the connection is to be cut instead of answering in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cut {
    /// Answer.
    #[default]
    None,
    /// Cut before the first byte of the answer.
    BeforeAnswer,
    /// Cut in the middle of the rows (of the whole answer when there are none).
    InTheRows,
}

/// What a session answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply {
    /// One for each statement that was run.
    pub results: Vec<ResultSet>,
    /// Why the statement after them failed.
    pub error: Option<SqlError>,
    /// A transaction that began or ended on the way.
    pub transaction: Option<TransactionChange>,
    /// A fault to play.
    pub cut: Cut,
}

/// Everything behind the wire.
pub trait Backend: Send + Sync {
    /// Lets a login in or refuses it.
    ///
    /// # Errors
    /// The error that the client is told, 18456 or 4060 as a rule.
    fn open(&self, attempt: &LoginAttempt) -> Result<Box<dyn Session>, SqlError>;
}

/// One logged-in connection. Dropping it rolls its transaction back.
pub trait Session: Send {
    /// The database that the client was let into.
    fn database(&self) -> &str;
    /// Answers a request.
    fn answer(&mut self, request: &Request) -> Reply;
    /// Forgets settings and transactions (the client took the connection from a pool).
    fn reset(&mut self);
}

type Live = Arc<Mutex<HashMap<u64, TcpStream>>>;

/// A listening server. Cloning gives another handle to the same one.
#[derive(Clone)]
pub struct TdsServer {
    port: u16,
    stopping: Arc<AtomicBool>,
    live: Live,
}

impl TdsServer {
    /// Listens on 127.0.0.1 at `port` (0 for any free one).
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub fn start(port: u16, identity: Identity, backend: Arc<dyn Backend>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let server = Self {
            port: listener.local_addr()?.port(),
            stopping: Arc::new(AtomicBool::new(false)),
            live: Live::default(),
        };
        let handle = server.clone();
        thread::Builder::new()
            .name("tds-listener".to_owned())
            .spawn(move || handle.listen(&listener, &Arc::new(identity), &backend))?;
        Ok(server)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection; new ones are still accepted.
    pub fn disconnect_all(&self) {
        for (_, tcp) in self.live.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            // The peer may be gone already; then there is nothing left to cut.
            let _ = tcp.shutdown(Shutdown::Both);
        }
    }

    /// Stops listening and cuts every connection.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener out of accept(); when this fails it is no longer listening.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        self.disconnect_all();
    }

    fn listen(&self, listener: &TcpListener, identity: &Arc<Identity>, backend: &Arc<dyn Backend>) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        for tcp in listener.incoming() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let Ok(tcp) = tcp else { continue };
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            if let Ok(copy) = tcp.try_clone() {
                self.live.lock().unwrap_or_else(PoisonError::into_inner).insert(id, copy);
            }
            let (identity, backend) = (Arc::clone(identity), Arc::clone(backend));
            let live = Arc::clone(&self.live);
            let spawned = thread::Builder::new().name(format!("tds-{id}")).spawn(move || {
                if let Err(error) = serve(tcp, &identity, backend.as_ref()) {
                    tracing::debug!(connection = id, %error, "a TDS connection ended");
                }
                live.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            });
            if let Err(error) = spawned {
                tracing::warn!(%error, "no thread for a TDS connection");
            }
        }
    }
}

fn serve(tcp: TcpStream, identity: &Identity, backend: &dyn Backend) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let mut link = Link { tcp, tls: None };
    let mut first = [0u8; 1];
    link.tcp.peek(&mut first)?;
    // A TLS handshake record before any packet is TDS 8.0.
    let strict = first[0] == 0x16;
    if strict {
        link.tls = Some(identity.accept_strict(&mut link.tcp)?);
    }
    let encryption = prelogin(&mut link)?;
    if !strict && encryption != Encryption::None {
        link.tls = Some(identity.accept_wrapped(&mut link.tcp)?);
    }
    let login = expect(&mut link, LOGIN)?;
    if !strict && encryption == Encryption::LoginOnly {
        link.tls = None;
    }
    let attempt = read_login(&login.payload).map_err(invalid)?;
    let packet_size = match attempt.packet_size {
        0 => 4096,
        asked => asked.clamp(512, 32_767) as usize,
    };
    let mut out = Vec::new();
    let session = backend.open(&attempt);
    match &session {
        Ok(session) => tokens::welcome(&mut out, session.database(), packet_size),
        Err(error) => {
            tokens::error(&mut out, error);
            tokens::done(&mut out, Done::Batch, FAILED, 0);
        }
    }
    send(&mut link, &out, packet_size)?;
    match session {
        Ok(mut session) => converse(&mut link, session.as_mut(), packet_size),
        Err(_) => Ok(()),
    }
}

fn prelogin(link: &mut Link) -> io::Result<Encryption> {
    let message = expect(link, PRELOGIN)?;
    let encryption = read_prelogin(&message.payload).map_err(invalid)?;
    send(link, &prelogin_answer(encryption.answer()), 4096)?;
    Ok(encryption)
}

fn expect(link: &mut Link, kind: u8) -> io::Result<Message> {
    let message = read_message(link)?;
    if message.kind == kind { Ok(message) } else { Err(invalid("a message out of its turn")) }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn send(link: &mut Link, payload: &[u8], packet_size: usize) -> io::Result<()> {
    link.write_all(&packets(ANSWER, payload, packet_size))?;
    link.flush()
}

/// Answers requests until the client leaves or a fault cuts the line.
fn converse(link: &mut Link, session: &mut dyn Session, packet_size: usize) -> io::Result<()> {
    loop {
        let message = match read_message(link) {
            Ok(message) => message,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        };
        if message.reset {
            session.reset();
        }
        let request = match Request::read(&message) {
            Ok(request) => request,
            Err(error) => {
                let mut out = Vec::new();
                let text = "The incoming tabular data stream (TDS) protocol stream is incorrect.";
                tokens::error(&mut out, &SqlError::new(4002, 16, text));
                tokens::done(&mut out, Done::Batch, FAILED, 0);
                send(link, &out, packet_size)?;
                return Err(invalid(error));
            }
        };
        let reply =
            if request == Request::Attention { None } else { Some(session.answer(&request)) };
        let in_procedure = message.kind == packet::RPC;
        let (out, rows_start) = compose(reply.as_ref(), in_procedure);
        let wire = packets(ANSWER, &out, packet_size);
        match reply.map_or(Cut::None, |reply| reply.cut) {
            Cut::None => link.write_all(&wire).and_then(|()| link.flush())?,
            Cut::BeforeAnswer => return link.tcp.shutdown(Shutdown::Both),
            Cut::InTheRows => {
                let half = rows_start + out.len().saturating_sub(rows_start) / 2;
                link.write_all(&wire[..half.min(wire.len())])?;
                link.flush()?;
                return link.tcp.shutdown(Shutdown::Both);
            }
        }
    }
}

/// The tokens of an answer, and the offset at which the first rows begin.
fn compose(reply: Option<&Reply>, in_procedure: bool) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    let Some(reply) = reply else {
        tokens::done(&mut out, Done::Batch, CANCELLED, 0);
        return (out, 0);
    };
    let each = if in_procedure { Done::InProcedure } else { Done::Batch };
    let mut rows_start = 0;
    let last = reply.results.len();
    for (index, result) in reply.results.iter().enumerate() {
        if !result.columns.is_empty() {
            let start = tokens::result_set(&mut out, result);
            rows_start = if rows_start == 0 { start } else { rows_start };
        }
        let closing = !in_procedure && index + 1 == last && reply.error.is_none();
        let more = if closing && reply.transaction.is_none() { 0 } else { MORE };
        let counted = if result.affected.is_some() { COUNTED } else { 0 };
        tokens::done(&mut out, each, more | counted, result.affected.unwrap_or(0));
    }
    if let Some(error) = &reply.error {
        tokens::error(&mut out, error);
    }
    if let Some(change) = &reply.transaction {
        tokens::transaction(&mut out, change);
    }
    let failed = if reply.error.is_some() { FAILED } else { 0 };
    if in_procedure {
        tokens::return_status(
            &mut out,
            reply.error.as_ref().map_or(0, |error| error.number as i32),
        );
        tokens::done(&mut out, Done::Procedure, failed, 0);
    } else if reply.error.is_some() || reply.transaction.is_some() || reply.results.is_empty() {
        tokens::done(&mut out, Done::Batch, failed, 0);
    }
    (out, rows_start)
}
