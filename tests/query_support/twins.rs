//! Random queries in two forms: one whose conditions can be turned around into conditions on the registry,
//! and one that says the same of computed values (`t_min + 0`, `obs_id || ''`), which cannot.

use obscore_view::catalog::Type;
use serde_json::Value as Json;

use super::answer::Answer;
use super::random::Dice;

/// What the columns of a table hold, to take constants from.
pub struct Ground {
    /// The table.
    pub table: String,
    /// A column to show always.
    key: String,
    /// Name, whether it is text, and values as JSON; NULL among them.
    columns: Vec<(String, Kind, Vec<Json>)>,
    /// Positions on the sky.
    places: Vec<(f64, f64)>,
    /// Identifiers of datasets, also of those that the table does not show.
    datasets: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Double,
}

/// A text in both forms.
#[derive(Debug, Clone)]
pub struct Twins {
    pub quick: String,
    pub slow: String,
}

/// Columns that mappings have; conditions on them are the most interesting.
const FAVOURITES: [&str; 15] = [
    "obs_id",
    "obs_publisher_did",
    "access_url",
    "t_min",
    "t_max",
    "t_exptime",
    "em_min",
    "em_max",
    "em_filter_name",
    "lsst_visit",
    "lsst_detector",
    "lsst_tract",
    "lsst_run",
    "dataproduct_subtype",
    "facility_name",
];

impl Ground {
    /// Of an answer to `SELECT *` from a table, a column to show always, and the identifiers of datasets.
    pub fn new(table: &str, key: &str, answer: &Answer, datasets: Vec<String>) -> Self {
        let mut columns = Vec::new();
        for (at, column) in answer.columns.iter().enumerate() {
            let kind = match &column.kind {
                Type::Text | Type::Unicode => Kind::Text,
                Type::Short | Type::Integer | Type::Long => Kind::Integer,
                Type::Real | Type::Double => Kind::Double,
                _ => continue,
            };
            let mut values: Vec<Json> = answer.rows.iter().map(|row| row[at].clone()).collect();
            values.sort_by_key(Json::to_string);
            values.dedup();
            columns.push((column.name.clone(), kind, values));
        }
        let number = |name: &str| answer.columns.iter().position(|column| column.name == name);
        let centre = number("s_ra").zip(number("s_dec"));
        let places = answer.rows.iter().filter_map(|row| {
            let (lon, lat) = centre?;
            Some((row[lon].as_f64()?, row[lat].as_f64()?))
        });
        let (table, key) = (table.to_owned(), key.to_owned());
        Self { table, key, columns, places: places.collect(), datasets }
    }

    /// Names of columns to select, the first of which tells datasets apart.
    pub fn outputs(&self, dice: &mut Dice) -> Vec<String> {
        let mut names = vec![self.key.clone()];
        for _ in 0..4 {
            let name = written(&self.columns[dice.roll(self.columns.len())].0);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn column(&self, dice: &mut Dice) -> &(String, Kind, Vec<Json>) {
        let kind = dice.roll(3);
        if kind == 0 {
            // Those of the mapping come last.
            let standard = self.columns.iter().position(|(name, ..)| name == "em_filter_name");
            let begin = standard.map_or(0, |at| at + 1);
            if begin < self.columns.len() {
                return &self.columns[begin + dice.roll(self.columns.len() - begin)];
            }
        }
        if kind == 1 {
            let name = dice.pick(&FAVOURITES);
            if let Some(column) = self.columns.iter().find(|(known, ..)| known == name) {
                return column;
            }
        }
        // Some are NULL everywhere.
        let mut any = || &self.columns[dice.roll(self.columns.len())];
        let column = any();
        if column.2.len() > 1 { column } else { any() }
    }

    /// A condition on the table called `alias`.
    pub fn condition(&self, dice: &mut Dice, alias: &str, depth: usize) -> Twins {
        if depth > 0 && dice.roll(5) > 0 {
            let one = self.condition(dice, alias, depth - 1);
            if dice.roll(4) == 0 {
                return one.map(|text| format!("NOT ({text})"));
            }
            let other = self.condition(dice, alias, depth - 1);
            let word = dice.pick(&["AND", "AND", "OR", "OR", "OR"]);
            return one.with(&other, |a, b| format!("({a} {word} {b})"));
        }
        if dice.roll(14) == 0 && !self.places.is_empty() {
            return self.sky(dice, alias);
        }
        let column = self.column(dice);
        self.test(dice, alias, column)
    }

    /// A condition of any depth; every second one is on one column alone, some are on a place alone.
    pub fn one(&self, dice: &mut Dice, alias: &str, turn: usize) -> Twins {
        match turn % 10 {
            9 if !self.places.is_empty() => self.sky(dice, alias),
            0 | 2 | 4 | 6 | 8 => self.turn(dice, alias, turn / 2),
            _ => self.condition(dice, alias, turn / 2 % 4),
        }
    }

    /// A condition on one column of the table called `alias`: the columns take turns, so that none that
    /// tells rows apart is left out for long.
    pub fn turn(&self, dice: &mut Dice, alias: &str, turn: usize) -> Twins {
        let telling: Vec<_> = self.columns.iter().filter(|(_, _, some)| some.len() > 1).collect();
        self.half_there(dice, alias, telling[turn % telling.len()])
    }

    /// A condition on a column of the table called `alias`, every second one about values that are there.
    fn half_there(
        &self,
        dice: &mut Dice,
        alias: &str,
        column: &(String, Kind, Vec<Json>),
    ) -> Twins {
        let (name, kind, values) = column;
        let there: Vec<&Json> = values.iter().filter(|value| !value.is_null()).collect();
        if there.is_empty() || dice.roll(2) == 0 {
            return self.test(dice, alias, column);
        }
        // How a value is written that is not there.
        let none = there.iter().find(|one| one.as_str().is_some_and(|one| one.contains("None")));
        let value = |dice: &mut Dice| match none {
            Some(none) if dice.roll(3) == 0 => none,
            _ => there[dice.roll(there.len())],
        };
        let mut constant = || exact(*kind, value(dice));
        let (first, second, third) = (constant(), constant(), constant());
        let column = both(name, *kind, alias);
        match dice.roll(6) {
            0 => column.map(|column| format!("{column} <> {first}")),
            1 => column.map(|column| format!("NOT ({column} <> {first} OR {column} <> {second})")),
            2 => column.map(|column| format!("NOT ({column} <> {first} AND {column} <> {second})")),
            3 => column.map(|column| format!("{column} IN ({third}, {first}, {second})")),
            _ => column.map(|column| format!("{column} = {first}")),
        }
    }

    /// A condition on a column of the table called `alias`.
    fn test(&self, dice: &mut Dice, alias: &str, column: &(String, Kind, Vec<Json>)) -> Twins {
        let (name, kind, values) = column;
        let column = both(name, *kind, alias);
        let mut constant = || self.constant(dice, *kind, values);
        let (first, second, third) = (constant(), constant(), constant());
        let signs: &[&str] = match kind {
            Kind::Text => &["=", "=", "=", "<>", "<", ">="],
            _ => &["=", "<>", "<", "<=", ">", ">="],
        };
        let sign = dice.pick(signs);
        match dice.roll(12) {
            0..4 => column.map(|column| format!("{column} {sign} {first}")),
            4 => column.map(|column| format!("{first} {sign} {column}")),
            5 => column.map(|column| format!("{column} BETWEEN {first} AND {second}")),
            6 => column.map(|column| format!("{column} NOT BETWEEN {first} AND {second}")),
            7 => column.map(|column| format!("{column} IN ({first}, {second}, {third})")),
            8 => column.map(|column| format!("{column} NOT IN ({first}, {second})")),
            9 => column.is_null(*kind, ""),
            10 => column.is_null(*kind, "NOT "),
            _ if *kind == Kind::Text => {
                let pattern = self.pattern(dice, values);
                let word = dice.pick(&["LIKE", "LIKE", "NOT LIKE"]);
                column.map(|column| format!("{column} {word} {pattern}"))
            }
            _ => column.map(|column| format!("{column} IN ({first})")),
        }
    }

    /// A condition on a place, near one that is there.
    fn sky(&self, dice: &mut Dice, alias: &str) -> Twins {
        let (lon, lat) = self.places[dice.roll(self.places.len())];
        let jitter = |dice: &mut Dice| (dice.real() - 0.5) * 0.4;
        let (lon, lat) =
            ((lon + jitter(dice)).rem_euclid(360.0), (lat + jitter(dice)).clamp(-90.0, 90.0));
        let radius = 10_f64.powf(dice.real() * 3.0 - 2.0);
        let centre = format!("POINT({alias}.s_ra, {alias}.s_dec)");
        let call = match dice.roll(5) {
            0 => format!("CONTAINS({centre}, CIRCLE({lon}, {lat}, {radius}))"),
            1 => format!("CONTAINS(POINT({lon}, {lat}), {alias}.s_region)"),
            2 => format!("INTERSECTS({alias}.s_region, CIRCLE({lon}, {lat}, {radius}))"),
            3 => format!("CONTAINS({alias}.s_region, CIRCLE({lon}, {lat}, {}))", radius * 5.0),
            _ => {
                let distance = format!("DISTANCE({alias}.s_ra, {alias}.s_dec, {lon}, {lat})");
                return Twins {
                    quick: format!("{distance} < {radius}"),
                    slow: format!("NOT ({distance} >= {radius})"),
                };
            }
        };
        Twins { quick: format!("1 = {call}"), slow: format!("0 <> {call}") }
    }

    /// A constant that is there, or one that is nearly.
    fn constant(&self, dice: &mut Dice, kind: Kind, values: &[Json]) -> String {
        let value = &values[dice.roll(values.len())];
        match (kind, value) {
            (Kind::Text, Json::String(text)) => quoted(&self.text(dice, text, values)),
            (Kind::Text, _) => quoted(dice.pick(&["", "None", "nothing"])),
            (Kind::Integer, value) => {
                let number = value.as_i64().unwrap_or(1);
                match dice.roll(10) {
                    0 => format!("{}", number.saturating_add(1)),
                    1 => format!("{}", number.saturating_sub(1)),
                    2 => format!("{number}.5"),
                    3 => format!("{number}.0"),
                    4 => format!("{}", -number),
                    5 => dice.pick(&["0", "-1", "9007199254740993", "1e300", "-2.5e18"]).to_owned(),
                    _ => format!("{number}"),
                }
            }
            (Kind::Double, value) => {
                let number = value.as_f64().unwrap_or(57_000.25);
                let number = match dice.roll(14) {
                    0 => number.next_up(),
                    1 => number.next_down(),
                    2 => number + 1.0 / 86_400.0,
                    3 => number - 1.0 / 86_400.0,
                    4 => number.floor(),
                    5 => -number,
                    6 => number * 1.5,
                    7 => number + 1.0,
                    8 => [0.0, 1e300, -1e9, 1e6, 140_587.5][dice.roll(5)],
                    _ => number,
                };
                if number.fract() == 0.0 && number.abs() < 1e15 && dice.roll(2) == 0 {
                    return format!("{number:.0}");
                }
                format!("{number:e}")
            }
        }
    }

    /// The text, or one that resembles it.
    fn text(&self, dice: &mut Dice, text: &str, values: &[Json]) -> String {
        let letters: Vec<char> = text.chars().collect();
        let at = dice.roll(letters.len().max(1));
        let without = |at: usize| -> String {
            let letters = letters.iter().enumerate();
            letters.filter(|(place, _)| *place != at).map(|(_, letter)| *letter).collect()
        };
        match dice.roll(14) {
            0 => without(at),
            1 => without(letters.len().saturating_sub(1)),
            2 => format!("{text}0"),
            3 => format!(" {text}"),
            4 => text.to_uppercase(),
            5 => text.replacen('1', "2", 1),
            6 => {
                // The first part of one and the last of another.
                let other = values[dice.roll(values.len())].as_str().unwrap_or("-");
                let (begin, end) = (text.rsplit_once('-'), other.rsplit_once('-'));
                format!(
                    "{}-{}",
                    begin.map_or(text, |(begin, _)| begin),
                    end.map_or(other, |(_, end)| end)
                )
            }
            7 if !self.datasets.is_empty() => self.other_dataset(dice, text),
            _ => text.to_owned(),
        }
    }

    /// The text with the identifier of another dataset.
    fn other_dataset(&self, dice: &mut Dice, text: &str) -> String {
        let is_identifier = |begin: usize| {
            let part = text.get(begin..begin + 36);
            part.filter(|part| uuid::Uuid::try_parse(part).is_ok())
        };
        let other = &self.datasets[dice.roll(self.datasets.len())];
        match (0..text.len()).find_map(is_identifier) {
            Some(known) => text.replace(known, other),
            None => text.to_owned(),
        }
    }

    /// A pattern for LIKE.
    fn pattern(&self, dice: &mut Dice, values: &[Json]) -> String {
        let text = values[dice.roll(values.len())].as_str().unwrap_or("x");
        let letters: Vec<char> = text.chars().collect();
        let cut = |length: usize| letters[..length].iter().collect::<String>();
        let length = dice.roll(letters.len() + 1);
        quoted(&match dice.roll(6) {
            0 => cut(letters.len()),
            1 => format!("%{}", letters[length..].iter().collect::<String>()),
            2 if length > 0 => {
                format!("{}_{}", cut(length - 1), letters[length..].iter().collect::<String>())
            }
            3 => format!("{}%", cut(length).to_uppercase()),
            _ => format!("{}%", cut(length)),
        })
    }

    /// A query of some shape, with conditions inside and outside.
    pub fn query(&self, dice: &mut Dice) -> Twins {
        let outputs = self.outputs(dice);
        let listed = |alias: &str| {
            let names = outputs.iter().enumerate();
            names
                .map(|(at, name)| format!("{alias}.{name} AS c{at}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let names = outputs.join(", ");
        let a = self.condition(dice, "a", 2);
        let b = self.condition(dice, "b", 2);
        let simple = self.condition(dice, "a", 1);
        let table = &self.table;
        let key = dice.pick(&["obs_publisher_did", "obs_id", "access_url"]);
        let join = dice.pick(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        match dice.roll(16) {
            12 | 14 => self.equal(dice, &listed("a")),
            13 | 15 => self.equal_record(dice, &listed("a")).unwrap_or_else(|| self.equal(dice, &listed("a"))),
            // Conditions in ON count for inner joins only, those in WHERE for what stays.
            0..3 => {
                let (one, other) = if dice.roll(2) == 0 { ("a", "b") } else { ("b", "a") };
                let (on, rest) = (self.condition(dice, one, 1), self.condition(dice, other, 1));
                let ending = dice.roll(4);
                on.with(&rest, |on, rest| {
                    let rest = match ending {
                        0 => String::new(),
                        1 => format!("AND {rest}"),
                        2 => format!("WHERE {rest}"),
                        _ => format!("WHERE ({rest} OR {other}.obs_publisher_did IS NULL)"),
                    };
                    format!(
                        "SELECT {}, b.obs_id AS x FROM {table} AS a {join} {table} AS b ON a.{key} = b.{key} AND {on} {rest}",
                        listed("a")
                    )
                })
            }
            3 => {
                let time = dice.pick(&["15.0", "30.0", "31.5"]);
                let more = dice.pick(&["v.exposure_time >", "v.exposure_time <>", "v.id >", "v.day_obs >"]);
                a.map(|a| {
                    format!(
                        "SELECT {}, v.id AS x FROM {table} AS a {join} butler.visit AS v ON v.instrument = a.instrument_name AND v.physical_filter = a.em_filter_name WHERE {a} AND {more} {time}",
                        listed("a")
                    )
                })
            }
            4 => a.map(|a| {
                format!(
                    "SELECT {}, u.name AS x FROM {table} AS a {join} TAP_UPLOAD.targets AS u ON u.id = a.calib_level AND {a}",
                    listed("a")
                )
            }),
            5 => {
                let inner = self.condition(dice, "a", 2);
                a.with(&b, |a, b| {
                    format!(
                        "WITH a AS (SELECT * FROM {table} AS a WHERE {a}) SELECT {}, b.obs_id AS x FROM a {join} {table} AS b ON a.{key} = b.{key} WHERE {b}",
                        listed("a")
                    )
                })
                .with(&inner, |text, inner| format!("{text} OR {inner}"))
            }
            6 => a.with(&simple, |inside, outside| {
                format!("SELECT DISTINCT {} FROM (SELECT * FROM {table} AS a WHERE {inside}) AS a WHERE {outside}", listed("a"))
            }),
            7 => {
                let word = dice.pick(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT", "EXCEPT ALL"]);
                a.with(&b, |a, b| {
                    format!("SELECT {names} FROM {table} AS a WHERE {a} {word} SELECT {names} FROM {table} AS b WHERE {b}")
                })
            }
            8 => a.map(|a| {
                format!("SELECT em_filter_name, COUNT(*) AS n, MIN(t_min) AS t FROM {table} AS a WHERE {a} GROUP BY em_filter_name")
            }),
            9 => a.with(&b, |a, b| {
                format!(
                    "SELECT {} FROM {table} AS a WHERE {a} AND a.{key} NOT IN (SELECT b.{key} FROM {table} AS b WHERE b.{key} IS NOT NULL AND {b})",
                    listed("a")
                )
            }),
            10 => a.with(&b, |a, b| {
                format!(
                    "SELECT {} FROM {table} AS a WHERE {a} OR EXISTS (SELECT 1 FROM {table} AS b WHERE b.{key} = a.{key} AND {b})",
                    listed("a")
                )
            }),
            _ => a.with(&b, |a, b| {
                format!(
                    "SELECT {}, b.t_max AS x FROM {table} AS a, {table} AS b WHERE a.{key} = b.{key} AND ({a}) AND ({b})",
                    listed("a")
                )
            }),
        }
    }
}

impl Ground {
    /// Rows of two tables with equal columns, one of which is compared with constants.
    fn equal(&self, dice: &mut Dice, listed: &str) -> Twins {
        let names = ["obs_id", "obs_publisher_did", "access_url", "t_min", "t_max", "lsst_visit"];
        let known = |name: &&str| self.columns.iter().find(|(known, ..)| known == name);
        let keys: Vec<_> = names.iter().filter_map(known).collect();
        let key = keys[dice.roll(keys.len())];
        let name = &key.0;
        let (test, other) = (self.half_there(dice, "b", key), self.condition(dice, "b", 1));
        let rest = dice.pick(&["AND", "AND", "OR"]);
        let third = match dice.roll(3) {
            0 => format!("JOIN {} AS c ON c.{name} = b.{name} AND c.{name} = a.{name}", self.table),
            _ => format!("AND a.{name} = b.{name}"),
        };
        test.with(&other, |test, other| {
            format!(
                "SELECT {listed}, b.obs_id AS x FROM {0} AS a JOIN {0} AS b ON a.calib_level = b.calib_level {third} WHERE {test} {rest} ({other} AND a.{name} = b.{name})",
                self.table
            )
        })
    }

    /// The same with the records of visits, where rows have their numbers.
    fn equal_record(&self, dice: &mut Dice, listed: &str) -> Option<Twins> {
        let (_, kind, values) = self.columns.iter().find(|(name, ..)| name == "lsst_visit")?;
        let column = ("id".to_owned(), *kind, values.clone());
        let (test, other) = (self.half_there(dice, "v", &column), self.condition(dice, "a", 1));
        let join = dice.pick(&["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN"]);
        Some(test.with(&other, |test, other| {
            format!(
                "SELECT {listed}, v.name AS x FROM {} AS a {join} butler.visit AS v ON v.id = a.lsst_visit AND v.instrument = a.instrument_name AND {test} WHERE {other}",
                self.table
            )
        }))
    }
}

impl Twins {
    fn map(self, write: impl Fn(&str) -> String) -> Self {
        Self { quick: write(&self.quick), slow: write(&self.slow) }
    }

    /// IS NULL can be said of columns only.
    fn is_null(&self, kind: Kind, not: &str) -> Self {
        let none = if kind == Kind::Text { "'\u{1F573}'" } else { "-987654321" };
        let Self { quick, slow } = self;
        Self {
            quick: format!("{quick} IS {not}NULL"),
            slow: format!("{not}COALESCE({slow}, {none}) = {none}"),
        }
    }

    fn with(&self, other: &Self, write: impl Fn(&str, &str) -> String) -> Self {
        Self { quick: write(&self.quick, &other.quick), slow: write(&self.slow, &other.slow) }
    }
}

/// A column in both forms.
fn both(name: &str, kind: Kind, alias: &str) -> Twins {
    let quick = format!("{alias}.{}", written(name));
    let slow = match kind {
        Kind::Text => format!("({quick} || '')"),
        Kind::Integer | Kind::Double => format!("({quick} + 0)"),
    };
    Twins { quick, slow }
}

/// A value as a constant.
fn exact(kind: Kind, value: &Json) -> String {
    match (kind, value) {
        (Kind::Text, Json::String(text)) => quoted(text),
        (Kind::Double, Json::Number(number)) => format!("{:e}", number.as_f64().expect("a double")),
        _ => value.to_string(),
    }
}

/// A name as a query writes it: a mapping may use words of the language.
fn written(name: &str) -> String {
    match name {
        "both" | "left" | "right" | "time" | "zeros" | "sign" | "group" => format!("\"{name}\""),
        _ => name.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
