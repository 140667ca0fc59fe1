//! A program that makes cutouts.
//!
//! In: a job, on its standard input. Out: the outcome, which it writes to standard output, and the file, which it
//! writes where the job says. There is no shell. When its time is over, it is ended with everything that it started.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{blocking, failed, unwritable};
use crate::cutout::job::{Job, Outcome};
use crate::cutout::stop::Stop;
use crate::diag::Result;

/// Most bytes of an outcome.
const MOST: u64 = 1 << 20;
/// Bytes of what it says on standard error that an error shows.
const SHOWN: usize = 2000;
/// How often it is asked whether it has ended.
const BEAT: Duration = Duration::from_millis(10);

/// A command and its limits.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program and its arguments.
    pub arguments: Vec<String>,
    /// How long it may take.
    pub time_limit: Duration,
    /// Most bytes of the file that it makes.
    pub most_bytes: u64,
}

impl Command {
    pub(super) async fn run(&self, job: &Job, turn: impl Send + 'static) -> Result<Outcome> {
        let (command, job) = (self.clone(), job.clone());
        blocking(turn, move |stop| {
            let done = command.work(&job, stop);
            if !matches!(done, Ok(Outcome::Made { .. })) {
                // Whatever it began to write. There may be nothing.
                let _ = std::fs::remove_file(&job.output);
            }
            done
        })
        .await
    }

    fn work(&self, job: &Job, stop: &Stop) -> Result<Outcome> {
        let Some((program, arguments)) = self.arguments.split_first() else {
            return Err(failed("the command of cutouts is empty"));
        };
        let document = serde_json::to_vec(job)
            .map_err(|error| failed(format!("the job cannot be written: {error}")))?;
        let mut command = std::process::Command::new(program);
        command.args(arguments).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        secrets().for_each(|name| {
            command.env_remove(name);
        });
        let child = command
            .spawn()
            .map_err(|error| failed(format!("`{program}` cannot be started: {error}")))?;
        let (said, complaints, ended) = self.attend(child, document, stop)?;
        let complaints = shown(&complaints);
        let status = ended.ok_or_else(|| {
            failed(format!(
                "`{program}` took longer than {} s{complaints}",
                self.time_limit.as_secs()
            ))
        })?;
        let outcome: Option<Outcome> = serde_json::from_slice(&said).ok();
        match outcome {
            Some(outcome @ (Outcome::Failed { .. } | Outcome::NoOverlap)) => Ok(outcome),
            Some(outcome) if status.success() => {
                let found = std::fs::symlink_metadata(&job.output)
                    .map_err(|error| unwritable(&job.output, &error))?;
                if !found.is_file() || found.len() == 0 || found.len() > self.most_bytes {
                    let most = self.most_bytes;
                    return Err(failed(format!(
                        "the file of `{program}` is empty, or has more than {most} bytes"
                    )));
                }
                Ok(outcome)
            }
            _ if status.success() => {
                Err(failed(format!("what `{program}` wrote is no outcome{complaints}")))
            }
            _ => Err(failed(format!("`{program}` ended with {status}{complaints}"))),
        }
    }

    /// Feeds and hears a process until it ends, or has to.
    fn attend(
        &self,
        mut child: Child,
        document: Vec<u8>,
        stop: &Stop,
    ) -> Result<(Vec<u8>, Vec<u8>, Option<std::process::ExitStatus>)> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        // A program that does not read its job says why itself.
        let feeding = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&document)));
        let hearing = thread::spawn(move || {
            let mut said = Vec::new();
            let _ = stdout.map(|stdout| stdout.take(MOST).read_to_end(&mut said));
            said
        });
        let minding = thread::spawn(move || stderr.map(last).unwrap_or_default());
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| failed("a process has no number"))?;
        let end = Instant::now() + self.time_limit;
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let in_time = loop {
            // It stays a zombie, so that its number is still its own when the group is ended.
            match waitid(WaitId::Pid(pid), options) {
                Ok(Some(_)) => break true,
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    return Err(failed(format!("a command cannot be waited for: {error}")));
                }
            }
            if Instant::now() >= end || stop.is_given_up() {
                break false;
            }
            thread::sleep(BEAT);
        };
        // What it started and left behind, too; a group that is gone is no error.
        let _ = kill_process_group(pid, Signal::KILL);
        let status = child
            .wait()
            .map_err(|error| failed(format!("a command cannot be waited for: {error}")))?;
        let _ = feeding.join();
        let said = hearing.join().unwrap_or_default();
        Ok((said, minding.join().unwrap_or_default(), in_time.then_some(status)))
    }
}

/// Variables that a command has no use for.
fn secrets() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name == "PGPASSWORD" || name.starts_with("OBSCORE_VIEW_")
    })
}

/// The end of a stream.
fn last(mut stream: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let surplus = kept.len().saturating_sub(SHOWN);
        kept.drain(..surplus);
    }
    kept
}

fn shown(complaints: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaints);
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("; it said: {text}") }
}
