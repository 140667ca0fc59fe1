//! The engine in the process of the test, on a real registry.

use std::sync::Arc;

use obscore_view::db::{self, Access, Database, Environment, Repo, introspect};
use obscore_view::diag::Source;
use obscore_view::region::RegionOptions;
use obscore_view::resolve::{self, resolve};
use obscore_view::serve;
use obscore_view::serve::query::Answer;
use obscore_view::serve::settings::{Flags, read};
use obscore_view::stream::engine::{Service, Site, with_functions};

use super::process::mapping;

/// What answers queries about the repository at `root`.
pub async fn engine(root: &str) -> Answer {
    let environment = Environment::new("/", []);
    let Repo::Database(place) = db::resolve(root, &environment).unwrap() else { panic!("{root}") };
    let options = with_functions(db::Options { connections: 20, ..db::Options::default() });
    let database = Database::open(&place, Access::ReadOnly, &options).await.unwrap();
    let snapshot = introspect(&database).await.unwrap();
    let text = std::fs::read_to_string(mapping()).unwrap();
    let (mapping, _) = obscore_view::mapping::read(Source::new("mapping", text));
    let mapping = mapping.unwrap();
    let options = resolve::Options { dialect: snapshot.dialect, parity: false };
    let (plan, _) = resolve(&mapping, &snapshot, options).unwrap();
    let regions = RegionOptions::default();
    let mut site = Site::new(database, &snapshot, "butler", regions);
    site.publish("ivoa", "ObsCore", plan, &snapshot, regions);
    let service = Service::new(vec![site], regions).await.unwrap();
    let settings = read(&Flags::from_pairs(None, []), &environment).unwrap();
    serve::answer(Arc::new(service), None, serve::upload_limits(&settings))
}
