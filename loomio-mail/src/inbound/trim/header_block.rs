//! "From: … Sent: … To: …", with or without the rule that Outlook draws above it.

use super::bare;

/// How the line with the sender begins, in lower case.
const FROM: [&str; 22] =
    ["from", "von", "de", "da", "van", "från", "fra", "lähettäjä", "od", "от", "від", "feladó", "kimden", "από", "差出人", "发件人", "發件人", "寄件者", "mittente", "remitente", "expéditeur", "מאת"];
/// How the other lines begin, in lower case.
const OTHERS: [&str; 70] = [
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "envoye",
    "à",
    "objet",
    "enviado",
    "enviado el",
    "fecha",
    "para",
    "asunto",
    "inviato",
    "data",
    "a",
    "oggetto",
    "verzonden",
    "aan",
    "onderwerp",
    "enviada",
    "enviada em",
    "enviado em",
    "assunto",
    "skickat",
    "till",
    "ämne",
    "sendt",
    "til",
    "emne",
    "lähetetty",
    "päivä",
    "vastaanottaja",
    "aihe",
    "kopio",
    "wysłano",
    "do",
    "temat",
    "отправлено",
    "дата",
    "кому",
    "тема",
    "надіслано",
    "odesláno",
    "komu",
    "předmět",
    "elküldve",
    "címzett",
    "tárgy",
    "trimis",
    "către",
    "subiect",
    "gönderildi",
    "kime",
    "konu",
    "ημερομηνία",
    "προς",
    "θέμα",
    "日時",
    "宛先",
    "件名",
    "发送时间",
    "收件人",
    "主题",
    "reply-to",
];

/// What stands before the colon, in lower case; Markdown's bold is no part of it.
fn label(line: &str) -> Option<String> {
    let (label, _) = bare(line).split_once([':', '：'])?;
    let label = label.trim().trim_matches('*').trim().to_lowercase();
    (label.chars().count() <= 20).then_some(label)
}

fn is_rule(line: &str) -> bool {
    let line = bare(line);
    line.chars().count() >= 5 && (line.chars().all(|c| c == '_') || line.chars().all(|c| c == '-' || c == '—'))
}

/// Whether a line begins such a block: the next lines must go on like one.
fn begins(lines: &[&str]) -> bool {
    let Some(first) = lines.first() else { return false };
    if !label(first).is_some_and(|l| FROM.contains(&l.as_str())) {
        return false;
    }
    let following = lines.iter().skip(1).filter(|l| !l.trim().is_empty()).take(3);
    let others = following.filter(|l| label(l).is_some_and(|l| OTHERS.contains(&l.as_str()))).count();
    others >= 1
}

pub(super) fn find(lines: &[&str]) -> Option<usize> {
    let mut at = (0..lines.len()).find(|at| begins(lines.get(*at..).unwrap_or_default()))?;
    // Some programs name the date or the subject first.
    while at > 0 && lines.get(at - 1).and_then(|l| label(l)).is_some_and(|l| OTHERS.contains(&l.as_str())) {
        at -= 1;
    }
    // The rule above belongs to it, and so do empty lines between.
    let above = lines.get(..at).unwrap_or_default().iter().rposition(|l| !l.trim().is_empty());
    match above {
        Some(above) if is_rule(lines[above]) => Some(above),
        _ => Some(at),
    }
}
