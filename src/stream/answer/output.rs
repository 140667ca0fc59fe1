//! Bytes on their way out, gathered so that the receiver is not asked for each cell.

use std::io::Write;

use crate::diag::Result;
use crate::stream::sink::unwritable;

/// Bytes are handed on when so many have come together.
const ENOUGH: usize = 64 << 10;

/// A writer with a buffer that formats append to.
#[derive(Debug)]
pub struct Output<W> {
    out: W,
    /// What waits.
    pub buffer: Vec<u8>,
}

impl<W: Write> Output<W> {
    /// Nothing waits yet.
    pub fn new(out: W) -> Self {
        Self { out, buffer: Vec::new() }
    }

    /// Appends.
    pub fn push(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Hands on what waits if it is enough.
    pub fn relieve(&mut self) -> Result<()> {
        if self.buffer.len() < ENOUGH { Ok(()) } else { self.send() }
    }

    /// Hands on what waits.
    pub fn send(&mut self) -> Result<()> {
        self.out.write_all(&self.buffer).map_err(|error| unwritable(&error))?;
        self.buffer.clear();
        Ok(())
    }

    /// Hands on what waits, and has the receiver do the same.
    pub fn flush(&mut self) -> Result<()> {
        self.send()?;
        self.out.flush().map_err(|error| unwritable(&error))
    }
}
