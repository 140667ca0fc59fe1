//! The file of an export: written beside its name, renamed at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tokio::task::JoinHandle;

use crate::diag::{Diagnostic, Result};

/// Where bytes go.
pub type Writer = Box<dyn Write + Send>;

/// A file that does not exist under its name before it is complete; or standard output.
#[derive(Debug)]
pub struct Output {
    /// The name it is written under, and the one that it gets; none for standard output.
    names: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Creates it.
    pub fn create(name: &Path) -> Result<(Self, Writer)> {
        if name == Path::new("-") {
            return Ok((Self { names: None }, Box::new(BufWriter::new(std::io::stdout()))));
        }
        let failed = |error: std::io::Error| {
            let message = format!("cannot write `{}`: {error}", name.display());
            Box::new(Diagnostic::error("X001", message).help(match error.kind() {
                ErrorKind::NotFound => "the folder does not exist",
                ErrorKind::PermissionDenied => "the folder may not be written to",
                _ => "name a file in a folder that exists and may be written to",
            }))
        };
        if name.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        // Devices and named pipes are written to as they are.
        if fs::metadata(name).is_ok_and(|existing| !existing.is_file()) {
            let file = File::create(name).map_err(failed)?;
            return Ok((Self { names: None }, Box::new(BufWriter::new(file))));
        }
        // A link stays a link, and what it leads to is replaced.
        let name = fs::canonicalize(name).unwrap_or_else(|_| name.to_owned());
        let last = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let part = name.with_file_name(format!(".{last}.{}.part", std::process::id()));
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&part);
        let file = file.map_err(failed)?;
        let writer = BufWriter::with_capacity(1 << 20, file);
        Ok((Self { names: Some((part, name)) }, Box::new(writer)))
    }

    /// Gives the file its name.
    pub fn keep(mut self) -> Result<()> {
        let Some((part, name)) = self.names.take() else { return Ok(()) };
        fs::rename(&part, &name).map_err(|error| {
            let _ = fs::remove_file(&part);
            let message = format!("cannot write `{}`: {error}", name.display());
            Box::new(Diagnostic::error("X001", message))
        })
    }

    /// Removes the file and ends the process when it is told to stop.
    pub fn remove_on_signal(&self) -> Result<JoinHandle<()>> {
        use tokio::signal::unix::{SignalKind, signal};
        let part = self.names.as_ref().map(|(part, _)| part.clone());
        let listen = |kind| {
            signal(kind).map_err(|error| Box::new(Diagnostic::error("X009", error.to_string())))
        };
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        Ok(tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if let Some(part) = part {
                let _ = fs::remove_file(part);
            }
            let said = Diagnostic::error("X009", "interrupted");
            let _ = writeln!(std::io::stderr(), "{}", said.render(false));
            std::process::exit(2);
        }))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((part, _)) = self.names.take() {
            let _ = fs::remove_file(part);
        }
    }
}
