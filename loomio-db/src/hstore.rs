//! PostgreSQL's `hstore` in its text form: the headers of received mails, translations.

/// The pairs of a stored text; a value that is null is left out.
#[must_use]
pub fn pairs(text: &str) -> Vec<(String, String)> {
    entries(text).into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The entries of a stored text.
#[must_use]
pub fn entries(text: &str) -> Vec<(String, Option<String>)> {
    let mut chars = text.chars().peekable();
    let mut out = Vec::new();
    while let Some(key) = quoted(&mut chars) {
        // `=>` stands between; an unquoted NULL is no value.
        let skipped: String = std::iter::from_fn(|| chars.next_if(|c| *c != '"' && *c != ',')).collect();
        let is_null = !skipped.trim_start_matches("=>").trim().is_empty();
        out.push((key, if is_null { None } else { quoted(&mut chars) }));
    }
    out
}

/// The next text in quotes.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    chars.find(|c| *c == '"')?;
    let mut out = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(out),
            '\\' => out.push(chars.next()?),
            c => out.push(c),
        }
    }
}

/// Pairs as a text to be stored.
#[must_use]
pub fn text<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    text_of(pairs.into_iter().map(|(k, v)| (k, Some(v))))
}

/// Entries as a text to be stored.
#[must_use]
pub fn text_of<'p>(entries: impl IntoIterator<Item = (&'p str, Option<&'p str>)>) -> String {
    let quote = |t: &str| format!("\"{}\"", t.replace('\\', "\\\\").replace('"', "\\\""));
    entries.into_iter().map(|(k, v)| format!("{}=>{}", quote(k), v.map_or_else(|| "NULL".to_owned(), quote))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_survive_their_text() {
        let owned = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        let list = [("from", "\"Dan \\ D\" <dan@example.com>"), ("subject", "a => b, c"), ("empty", "")];
        assert_eq!(pairs(&text(list)), owned(&list));
        assert_eq!(pairs("\"a\"=>NULL, \"b\"=>\"2\""), owned(&[("b", "2")]));
        assert_eq!(pairs(""), owned(&[]));
        let with_null = [("a", None), ("b", Some("NULL"))];
        assert_eq!(entries(&text_of(with_null)), with_null.map(|(k, v)| (k.to_owned(), v.map(ToOwned::to_owned))));
    }
}
