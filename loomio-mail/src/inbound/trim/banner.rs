//! "-----Original Message-----", as Outlook and many others begin a quote.

use regex::Regex;
use std::sync::LazyLock;

static BANNER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[>\s]*[-_*]{2,}\s*(original message|original[- ]?nachricht|urspr(ü|ue)ngliche nachricht|weitergeleitete nachricht|message d['’]origine|message original|message transf(é|e)r(é|e)|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada|ursprungligt meddelande|vidarebefordrat meddelande|oprindelig (meddelelse|besked)|opprinnelig melding|alkuper(ä|a)inen viesti|(wiadomość oryginalna|oryginalna wiadomość)|původní zpráva|eredeti üzenet|mesaj original|исходное сообщение|пересылаемое сообщение|оригінальне повідомлення|αρχικό μήνυμα|orijinal mesaj|原始邮件|原始郵件|元のメッセージ|forwarded (message|by .*)|reply message)\s*[-_*]{2,}\s*$|^[>\s]*(begin forwarded message|anfang der weitergeleiteten nachricht|début du message (réexpédié|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht|início da mensagem (reencaminhada|encaminhada)|vidarebefordrat brev|videresendt besked|начало переадресованного сообщения)\s*:\s*$",
    )
    .ok()
});

pub(super) fn find(lines: &[&str]) -> Option<usize> {
    let banner = BANNER.as_ref()?;
    lines.iter().position(|line| banner.is_match(line))
}
