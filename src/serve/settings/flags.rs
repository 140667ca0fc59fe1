//! Settings on the command line and in the environment.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, value_parser};

use super::table::SETTINGS;
use super::value::{Given, Origin};

/// What the command line and the environment set; for `#[command(flatten)]`.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The file of settings.
    pub file: Option<PathBuf>,
    pub(super) given: Vec<(&'static str, Given)>,
}

impl Flags {
    /// Settings with these keys and values, as if they stood on the command line. Keys that are
    /// none are left out.
    pub fn from_pairs<'a>(
        file: Option<PathBuf>,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let known = |(key, text): (&str, &str)| {
            let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
            let origin = Origin::Flag(setting.flag);
            Some((setting.key, Given { text: text.to_owned(), origin }))
        };
        Self { file, given: pairs.into_iter().filter_map(known).collect() }
    }
}

const FILE: &str = "settings";

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(FILE)
            .long(FILE)
            .env("OBSCORE_VIEW_SETTINGS")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("YAML file of settings; flags and variables come before it");
        SETTINGS.iter().fold(command.arg(file), |command, setting| {
            let argument = Arg::new(setting.key)
                .long(setting.flag)
                .env(setting.variable)
                .hide_env_values(true)
                .value_name(setting.kind.name())
                .help_heading("Settings of the service")
                .help(setting.help);
            command.arg(argument)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self { file: matches.get_one::<PathBuf>(FILE).cloned(), given: Vec::new() };
        for setting in SETTINGS {
            let Some(text) = matches.get_one::<String>(setting.key) else { continue };
            let origin = match matches.value_source(setting.key) {
                Some(ValueSource::EnvVariable) => Origin::Variable(setting.variable),
                _ => Origin::Flag(setting.flag),
            };
            flags.given.push((setting.key, Given { text: text.clone(), origin }));
        }
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
