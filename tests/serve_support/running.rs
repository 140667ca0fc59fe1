//! A service on a registry of its own. Use it with `#[path]`, beside `mod serve_support;` and `mod support;`.

#![allow(dead_code, unreachable_pub)]

use std::time::{Duration, Instant};

use crate::serve_support::http::client;
use crate::serve_support::process::{Served, Serving, mapping};
use crate::support::survey::{Repository, Survey};

/// A running service with its registry.
pub struct Running {
    pub service: Serving,
    _repository: Repository,
}

impl std::ops::Deref for Running {
    type Target = Serving;

    fn deref(&self) -> &Serving {
        &self.service
    }
}

/// Starts one on SQLite with some settings.
pub fn start(set: &[(&str, &str)]) -> Running {
    start_on(Survey::newest().sqlite(), set)
}

/// Starts one on a registry.
pub fn start_on(repository: Repository, set: &[(&str, &str)]) -> Running {
    let options: Vec<String> = set
        .iter()
        .flat_map(|(key, value)| {
            [format!("--{}", key.replace(['.', '_'], "-")), (*value).to_owned()]
        })
        .collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let service = Served::new(&repository.root, &mapping()).with(&options).start_alone();
    Running { service, _repository: repository }
}

impl Running {
    /// A document or number beside `/tap`.
    pub fn beside(&self, path: &str) -> String {
        let root = self.base.trim_end_matches("/tap");
        client().get(format!("{root}{path}")).send().unwrap().text().unwrap()
    }

    /// Waits until no query runs any more.
    pub fn is_idle(&self, what: &str) {
        let began = Instant::now();
        while !self.beside("/metrics").contains("obscore_view_queries_running 0") {
            assert!(began.elapsed() < Duration::from_secs(10), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
        let used = self.processor_time();
        std::thread::sleep(Duration::from_millis(500));
        assert!(self.processor_time() - used < 0.2, "{what}");
    }

    /// The address and port.
    pub fn address(&self) -> &str {
        self.base.strip_prefix("http://").unwrap().strip_suffix("/tap").unwrap()
    }
}
