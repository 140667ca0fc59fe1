//! What plans of statements say about the tables that they read.

use std::collections::BTreeMap;

use obscore_view::stream::engine::Statement;

/// A table that a plan reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The registry's table; all tags tables are one.
    pub table: String,
    /// Whether it is read from end to end, or by an index on what most of its rows have in common.
    pub is_whole: bool,
    /// The line of the plan, with the condition of its index.
    pub line: String,
}

/// The columns of PostgreSQL's indexes, and of which table they are.
pub type Indexes = BTreeMap<String, (String, Vec<String>)>;

/// Columns whose values many rows share: an index is of no use that is searched by these alone.
const VAGUE: [&str; 7] = [
    "collection_id",
    "dataset_type_id",
    "detector",
    "instrument",
    "skymap",
    "skypix_system",
    "skypix_level",
];

/// Indexes as the lines of `SELECT tablename, indexname, indexdef FROM pg_indexes` say.
pub fn indexes(lines: &str) -> Indexes {
    let index = |line: &str| {
        let [table, index, definition] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let columns = definition.split_once(" (").unwrap().1.trim_end_matches(')');
        let columns = columns.split(", ").map(|one| one.trim_matches('"').to_owned()).collect();
        (index.to_owned(), (normal(table), columns))
    };
    lines.lines().map(index).collect()
}

/// The tables of the registry that a statement's plan reads.
pub fn reads(statement: &Statement, indexes: &Indexes) -> Vec<Read> {
    assert!(!statement.plan.is_empty(), "{} has no plan", statement.purpose);
    match statement.database {
        "SQLite" => sqlite(&statement.written.text, &statement.plan),
        _ => postgres(&statement.plan, indexes),
    }
}

/// PostgreSQL's plans: a scan of a table or an index, and under it the condition of the index. Before
/// release 18 only its first columns help to find rows, up to the one without a condition.
fn postgres(plan: &[String], indexes: &Indexes) -> Vec<Read> {
    let mut reads = Vec::new();
    for (at, line) in plan.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "->").collect();
        let after = |word: &str| {
            let place = words.iter().position(|one| *one == word)?;
            words.get(place + 1).map(|name| name.rsplit('.').next().unwrap().trim_matches('"'))
        };
        if line.contains("Seq Scan on ") {
            let (table, line) = (normal(after("on").unwrap()), line.trim().to_owned());
            reads.push(Read { table, is_whole: true, line });
            continue;
        }
        let by_index = ["Index Scan ", "Index Only Scan ", "Bitmap Index Scan "];
        if !by_index.iter().any(|one| line.contains(one)) {
            continue;
        }
        let name = after("using").or_else(|| after("on")).unwrap();
        let (table, columns) = indexes.get(name).unwrap_or_else(|| panic!("no index: {line}"));
        let under = plan[at + 1..].iter().take_while(|one| !one.trim_start().starts_with("->"));
        let condition =
            under.into_iter().find_map(|one| one.trim_start().strip_prefix("Index Cond: "));
        let condition = condition.unwrap_or_default();
        let known: Vec<&str> = condition.split(" AND ").map(first_word).collect();
        let searched = columns.iter().take_while(|column| known.contains(&column.as_str()));
        let is_whole = searched.into_iter().all(|column| is_vague(column));
        reads.push(Read {
            table: table.clone(),
            is_whole,
            line: format!("{} {condition}", line.trim()),
        });
    }
    reads
}

/// SQLite's plans: tables by their aliases, with the columns that an index is searched by.
fn sqlite(text: &str, plan: &[String]) -> Vec<Read> {
    let mut aliases: BTreeMap<&str, String> = BTreeMap::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    for three in words.windows(3) {
        if let [table, "AS", alias] = three
            && table.chars().all(|letter| letter.is_alphanumeric() || "_\"".contains(letter))
        {
            let alias = alias.trim_matches(['"', ',', ')']);
            aliases.entry(alias).or_insert_with(|| normal(table.trim_matches('"')));
        }
    }
    let mut reads = Vec::new();
    // Subqueries by their aliases, with the depths at which these are no tables.
    let mut subqueries: Vec<(usize, &str)> = Vec::new();
    for line in plan {
        let depth = line.len() - line.trim_start().len();
        subqueries.retain(|(known, _)| *known <= depth);
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["MATERIALIZE" | "CO-ROUTINE", alias, ..] = words.as_slice() {
            subqueries.push((depth, alias));
        }
        let ["SCAN" | "SEARCH", alias, ..] = words.as_slice() else { continue };
        let Some(table) = aliases.get(alias) else { continue };
        if subqueries.contains(&(depth, alias)) {
            continue;
        }
        let columns = line.split_once(" (").map_or("", |(_, columns)| columns);
        let mut columns = columns.split(" AND ").map(first_word);
        let is_whole = words[0] == "SCAN" || columns.all(|one| one == "ANY" || is_vague(one));
        reads.push(Read { table: table.clone(), is_whole, line: line.trim().to_owned() });
    }
    reads
}

fn first_word(condition: &str) -> &str {
    let condition = condition.trim_start_matches('(');
    let end = condition.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    condition.get(..end.unwrap_or(condition.len())).unwrap()
}

fn is_vague(column: &str) -> bool {
    column.is_empty() || VAGUE.contains(&column)
}

/// The name of a table without its number.
fn normal(table: &str) -> String {
    table.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('_').to_owned()
}
