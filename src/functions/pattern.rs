//! LIKE and ILIKE.
//!
//! In: a text and a pattern, in which `%` stands for any characters and `_` for one; there is no way to
//! escape them. Out: whether it matches. Time grows with the product of the lengths at worst.

/// Whether a text matches a pattern, capitals being different letters.
pub fn like(text: &str, pattern: &str) -> bool {
    matches(text, pattern, |a, b| a == b)
}

/// Whether a text matches a pattern, whatever the case of letters.
pub fn ilike(text: &str, pattern: &str) -> bool {
    matches(text, pattern, |a, b| a == b || a.to_lowercase().eq(b.to_lowercase()))
}

fn matches(text: &str, pattern: &str, same: impl Fn(char, char) -> bool) -> bool {
    let (mut text, mut pattern) = (text.chars(), pattern.chars());
    // Where the last `%` stands, and what it has not taken yet.
    let mut last = None;
    loop {
        let here = (text.clone(), pattern.clone());
        let fits = match (pattern.next(), text.next()) {
            (Some('%'), _) => {
                text = here.0;
                last = Some((text.clone(), pattern.clone()));
                true
            }
            (None, None) => return true,
            (Some('_'), Some(_)) => true,
            (Some(wanted), Some(found)) => same(wanted, found),
            _ => false,
        };
        if !fits {
            // The last `%` takes one character more.
            let Some((rest, after)) = &mut last else { return false };
            if rest.next().is_none() {
                return false;
            }
            (text, pattern) = (rest.clone(), after.clone());
        }
    }
}
