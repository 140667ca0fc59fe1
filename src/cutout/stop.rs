//! Work that nobody waits for any more.
//!
//! In: a guard that is dropped. Out: work on threads, which cannot be ended from outside, sees it and ends itself.

use std::io::{Read, Result, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether work is still wanted.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// The work was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cutout was given up")]
pub struct GivenUp;

/// Gives the work up when it is dropped.
#[derive(Debug)]
pub struct Guard(Stop);

impl Stop {
    /// Who waits for the work keeps the guard.
    pub fn guard(&self) -> Guard {
        Guard(self.clone())
    }

    /// Whether the work was given up.
    pub fn is_given_up(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error where the work was given up.
    ///
    /// # Errors
    /// It was.
    pub fn check(&self) -> std::result::Result<(), GivenUp> {
        if self.is_given_up() { Err(GivenUp) } else { Ok(()) }
    }

    /// An input that gives nothing any more when the work was given up.
    pub fn input<R>(&self, inner: R) -> Input<R> {
        Input { inner, stop: self.clone() }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// An input that is asked before each piece whether it is still wanted.
#[derive(Debug)]
pub struct Input<R> {
    inner: R,
    stop: Stop,
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.stop.check().map_err(std::io::Error::other)?;
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Input<R> {
    fn seek(&mut self, place: SeekFrom) -> Result<u64> {
        self.inner.seek(place)
    }
}
