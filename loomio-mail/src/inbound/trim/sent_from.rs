//! "Sent from my iPhone", in the languages of Loomio: advertising, not an answer.

/// How such a line begins, in lower case.
const STARTS: [&str; 34] = [
    "sent from my ",
    "sent from mail for",
    "sent from outlook",
    "sent from yahoo",
    "sent from proton",
    "sent with proton",
    "sent via ",
    "sent from samsung",
    "sent using ",
    "get outlook for",
    "gesendet von mein",
    "gesendet mit ",
    "von meinem ",
    "diese nachricht wurde von mein",
    "envoyé de mon ",
    "envoyé depuis ",
    "envoyé à partir de ",
    "télécharger outlook",
    "enviado desde mi ",
    "enviado desde ",
    "enviado do meu ",
    "enviado a partir d",
    "inviato da ",
    "inviato dal ",
    "verstuurd vanaf ",
    "verzonden vanaf ",
    "verzonden met ",
    "skickat från ",
    "sendt fra ",
    "lähetetty ",
    "wysłane z ",
    "отправлено с ",
    "відправлено з ",
    "odesláno z ",
];

fn is_advertising(line: &str) -> bool {
    let line = line.trim().trim_matches(['*', '_', '(']).replace(['[', ']'], "").to_lowercase();
    line.chars().count() < 90 && STARTS.iter().any(|start| line.starts_with(start))
}

/// The last written line, when it is one; in the middle of a text it is a sentence.
pub(super) fn find(lines: &[&str]) -> Option<usize> {
    let last = lines.iter().rposition(|l| !l.trim().is_empty())?;
    is_advertising(lines[last]).then_some(last)
}
