//! What a sandbox is started with.

use std::path::PathBuf;
use std::time::Duration;

/// Options of a sandbox.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The same number makes the same orders, SKUs and stock.
    pub seed: u64,
    /// Orders to begin with.
    pub orders: usize,
    /// SKUs at TEMU, with the articles for them in JTL; the orders sell some of them.
    pub skus: usize,
    /// Port of the TEMU gateway; 0: any.
    pub temu_port: u16,
    /// Port of the JTL server; 0: any.
    pub jtl_port: u16,
    /// Port of the books; 0: any.
    pub books_port: u16,
    /// Requests per second that the gateway allows.
    pub rate: u32,
    /// Time that the gateway takes for an answer.
    pub latency: Duration,
    /// Folder for the JTL server's certificate; made when it is not there.
    pub work_dir: PathBuf,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            orders: 250,
            skus: 500,
            temu_port: 0,
            jtl_port: 0,
            books_port: 0,
            rate: 20,
            latency: Duration::ZERO,
            work_dir: std::env::temp_dir().join(format!("kontor-sandbox-{}", std::process::id())),
        }
    }
}
