//! Answers as people write them, above quotes as mail programs make them: each of the
//! one with each of the other.
//!
//! The styles are those that public collections of mails have (GitHub's and Mailgun's
//! parsers, Close's), written anew.

use loomio_mail::inbound::trim;

/// The parts of a file, each after a line `%%% NAME`.
fn parts(text: &str) -> Vec<(&str, &str)> {
    text.split("%%% ").filter(|part| !part.is_empty()).map(|part| part.split_once('\n').unwrap_or((part, ""))).collect()
}

#[test]
fn every_answer_is_kept_above_every_quote() {
    let answers = parts(include_str!("data/replies/answers.txt"));
    let styles = parts(include_str!("data/replies/styles.txt"));
    assert!(answers.len() >= 10 && styles.len() >= 65, "the mails are gone");
    let mut wrong = Vec::new();
    for (style, quote) in &styles {
        for (name, answer) in &answers {
            for (ends, mail) in [("lines", format!("{answer}\n{quote}")), ("carriage returns", format!("{answer}\n{quote}").replace('\n', "\r\n"))] {
                let found = trim::reply(&mail, Some("Kim Park"));
                if found != answer.trim() {
                    wrong.push(format!("{style}, {name}, {ends}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), answers.len() * styles.len() * 2, wrong.join("\n"));
}
