//! Cutouts: the part of an image that a shape on the sky touches.
//!
//! In: a [`Job`]: files, a shape, where the result goes. Out: a file and an [`Outcome`]. Who computes is a
//! [`Backend`]: this program (FITS images with celestial coordinates), a command, or a worker behind HTTP. Nothing
//! here speaks a protocol of the VO; docs/cutout-backends.md has the protocol of jobs, docs/cutouts.md the rules.

mod backend;
mod engine;
mod footprint;
mod job;
mod part;
mod rewrite;
mod stop;

pub use backend::{Backend, Command, Worker};
pub use engine::{Limits, Provenance, cut};
pub use footprint::footprint;
pub use job::{Cut, Dataset, Fault, Input, InputFile, Job, Outcome, Stencil, VERSION};
pub use stop::{GivenUp, Guard, Stop};
