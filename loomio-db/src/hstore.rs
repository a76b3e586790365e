//! PostgreSQL's `hstore` in its text form: the headers of received mails.

/// The pairs of a stored text; a value that is null is left out.
#[must_use]
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let mut chars = text.chars().peekable();
    let mut out = Vec::new();
    while let Some(key) = quoted(&mut chars) {
        // `=>` stands between; an unquoted NULL is no value.
        let skipped: String = std::iter::from_fn(|| chars.next_if(|c| *c != '"' && *c != ',')).collect();
        if skipped.trim_start_matches("=>").trim().is_empty()
            && let Some(value) = quoted(&mut chars)
        {
            out.push((key, value));
        }
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
    let quote = |t: &str| format!("\"{}\"", t.replace('\\', "\\\\").replace('"', "\\\""));
    pairs.into_iter().map(|(k, v)| format!("{}=>{}", quote(k), quote(v))).collect::<Vec<_>>().join(", ")
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
    }
}
