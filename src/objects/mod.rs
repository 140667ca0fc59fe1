//! Object stores that speak S3, and Google's.
//!
//! In: an [`Address`] such as `s3://bucket/prefix`, and the variables of the environment by which
//! Amazon's own tools find region, endpoint and credentials. Out: a [`Bucket`] of which objects are
//! read piece by piece, and into which they are written while they are made, in constant memory
//! whatever their size; others read them by URLs that are signed. What goes wrong is a [`Failure`] without credentials and without addresses;
//! whoever asked makes a diagnostic of it.

mod address;
mod bucket;
mod failure;
mod upload;
mod variables;

pub use address::{Address, Keeper};
pub use bucket::{Bucket, Method, Object};
pub use failure::Failure;
pub use upload::{Upload, Writer};
