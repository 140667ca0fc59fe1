//! Functions of the IVOA's catalogue about words and intervals.

/// `ivo_hasword`: whether all words of `needle` occur in `haystack`, whatever their case. Words are runs
/// of letters and digits; a needle without words is nowhere.
pub fn hasword(haystack: &str, needle: &str) -> bool {
    let words = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>()
    };
    let (haystack, needle) = (words(haystack), words(needle));
    !needle.is_empty() && needle.iter().all(|word| haystack.contains(word))
}

/// `ivo_hashlist_has`: whether a list with `#` between its items has one, whatever its case.
pub fn hashlist_has(list: &str, item: &str) -> bool {
    let item = item.to_lowercase();
    !item.is_empty() && list.split('#').any(|other| other.to_lowercase() == item)
}

/// `ivo_interval_overlaps`: whether two intervals share a number; touching ends do. One whose bounds are
/// in the wrong order holds nothing.
pub fn interval_overlaps(one: (f64, f64), other: (f64, f64)) -> bool {
    one.0 <= one.1 && other.0 <= other.1 && one.0 <= other.1 && other.0 <= one.1
}
