//! Files of datasets, in Butler's datastores.
//!
//! In: the `datastore` section of `butler.yaml`, the tables in which datastores record what they hold, and
//! the UUID of a dataset. Out: its files, each with its bytes piece by piece, or with a URL to go to. Follows
//! what `FileDatastore` and `ChainedDatastore` of daf_butler write. Who may see a dataset is not decided
//! here; but a file is only opened where a datastore, or a folder that the operator names, is.

mod content;
mod datastore;
mod inside;
mod kind;
mod library;
mod place;
mod profile;
mod record;
mod zipped;

pub use content::Content;
pub use datastore::{Datastore, Root};
pub use kind::media_type;
pub use library::{Access, Held, Library, Opened};
pub use place::Place;
pub use record::{NO_COMPONENT, Record};
