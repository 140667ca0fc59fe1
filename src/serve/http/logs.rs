//! The log, on stderr.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::serve::settings::{LogFormat, Settings};

/// Starts the log of this process; later calls change nothing.
pub fn start_log(settings: &Settings) {
    // Other crates have much to say below warnings.
    let level = LevelFilter::from_level(settings.log_level);
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(env!("CARGO_CRATE_NAME"), level);
    let text = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry();
    let _ = match settings.log {
        LogFormat::Text => {
            let colour = anstream::AutoStream::choice(&std::io::stderr());
            let text = text.with_ansi(colour != anstream::ColorChoice::Never);
            registry.with(text.with_filter(targets)).try_init()
        }
        LogFormat::Json => {
            let json = text.json().flatten_event(true).with_current_span(true);
            registry.with(json.with_span_list(false).with_filter(targets)).try_init()
        }
    };
}
