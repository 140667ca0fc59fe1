//! The server: connections in, an orderly end out.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::stall::Impatient;
use crate::diag::{Diagnostic, Result};
use crate::serve::settings::Limits;

/// A server that listens, and answers nobody yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// How long to wait when no connection can be accepted, for want of file descriptors, say.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens at an address.
///
/// # Errors
/// S005.
pub async fn listen(address: SocketAddr) -> Result<Server> {
    let failed = |error: std::io::Error| {
        Box::new(
            Diagnostic::error("S005", format!("{address} cannot be listened at: {error}"))
                .help("choose another address with --bind; port 0 takes a free one"),
        )
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Server { listener, address })
}

impl Server {
    /// The address, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `end` is cancelled; then what is under way has its grace.
    pub async fn run(self, routes: Router, limits: Limits, end: CancellationToken) {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .half_close(false);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.stall_time)
            .keep_alive_timeout(limits.stall_time);
        let graceful = GracefulShutdown::new();
        loop {
            let stream = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be accepted");
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                },
                () = end.cancelled() => break,
            };
            // Small answers go out at once.
            let _ = stream.set_nodelay(true);
            let service = TowerToHyperService::new(routes.clone());
            let stream = TokioIo::new(Impatient::new(stream, limits.stall_time));
            let connection = builder.serve_connection_with_upgrades(stream, service);
            let watched = graceful.watch(connection.into_owned());
            tokio::spawn(async move {
                if let Err(error) = watched.await {
                    tracing::debug!(%error, "a connection broke");
                }
            });
        }
        drop(self.listener);
        if tokio::time::timeout(limits.grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests were cut off at the end of their grace");
        }
    }
}
