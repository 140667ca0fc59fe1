//! A Python process that answers lines with lines.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::support::table::Table;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(280);

/// The process; it ends when dropped.
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    /// Starts it; its errors go to the errors of the test.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                if line.map(|line| sender.send(line)).is_err() {
                    break;
                }
            }
        });
        Self { child, stdin, lines }
    }

    /// Sends a line.
    pub fn tell(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").expect("the process has ended");
    }

    /// The next line.
    pub fn line(&mut self) -> String {
        self.line_within(PATIENCE).unwrap_or_else(|| panic!("no answer within {PATIENCE:?}"))
    }

    /// The next line, if it comes within `time`.
    pub fn line_within(&mut self, time: Duration) -> Option<String> {
        match self.lines.recv_timeout(time) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the process has ended: see above"),
        }
    }

    /// Sends a command and returns the answer.
    pub fn ask(&mut self, command: &Json) -> Json {
        self.tell(&command.to_string());
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Sends a command that succeeds.
    pub fn done(&mut self, command: &Json) -> Json {
        let answer = self.ask(command);
        assert_eq!(answer["ok"], json!(true), "{command}: {answer}");
        answer
    }

    /// Butler's rows for a mapping, of an oracle.
    pub fn truth(&mut self, mapping: &Path) -> Table {
        self.tell(mapping.to_str().unwrap());
        self.table()
    }

    /// A table, in the form of dump.py.
    pub fn table(&mut self) -> Table {
        let mut text = String::new();
        loop {
            let line = self.line();
            text.push_str(&line);
            text.push('\n');
            if line.starts_with("{\"warnings\"") || line.starts_with("{\"error\"") {
                return Table::parse(&text);
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.stdin.take());
        if std::thread::panicking() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
