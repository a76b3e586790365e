//! A small SMTP server (RFC 5321) that takes mail for our own addresses and for
//! nobody else. It stands behind a mail server or alone on a trusted network: it
//! offers no TLS and relays nothing.

use super::{
    Incoming, address,
    parse::{self, MOST_BYTES},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::Semaphore,
    time::timeout,
};

/// How many talk at once; others wait.
const MOST_CONNECTIONS: usize = 50;
/// The most recipients of one mail.
const MOST_RECIPIENTS: usize = 100;
/// The longest command line, with room for long addresses.
const LONGEST_LINE: u64 = 2048;
/// How long a sender may be silent.
const PATIENCE: Duration = Duration::from_secs(300);

/// What keeps a mail: says whether it is kept.
pub trait Keep: Send + Sync + 'static {
    /// Whether an address is ours.
    fn is_ours(&self, address: &str) -> bool;
    /// Keeps a mail; true once it cannot be lost any more.
    fn keep(&self, mail: Incoming) -> impl Future<Output = bool> + Send;
}

/// Serves until the listener fails.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, name: &str, keeper: Arc<impl Keep>) -> std::io::Result<()> {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return Ok(()) };
        let (stream, _) = listener.accept().await?;
        let (name, keeper) = (name.to_owned(), Arc::clone(&keeper));
        tokio::spawn(async move {
            let (read, write) = stream.into_split();
            if let Err(e) = talk(read, write, &name, keeper.as_ref()).await {
                tracing::debug!(error = %e, "a mail connection broke off");
            }
            drop(place);
        });
    }
}

/// A line without its end; nothing at the end of the talk.
async fn line(from: &mut (impl AsyncBufRead + Unpin), longest: u64) -> std::io::Result<Option<Vec<u8>>> {
    use tokio::io::AsyncReadExt;
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, from.take(longest).read_until(b'\n', &mut bytes)).await.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
    if read == 0 {
        return Ok(None);
    }
    if bytes.last() != Some(&b'\n') {
        return Err(std::io::Error::other("a line is too long or breaks off"));
    }
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(bytes))
}

/// The data up to the line with a single dot; nothing when it is too much.
async fn data(from: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut mail = Vec::new();
    let mut fits = true;
    loop {
        let longest = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
        let Some(line) = line(from, longest).await? else { return Err(std::io::ErrorKind::UnexpectedEof.into()) };
        let line = match line.as_slice() {
            b"." => return Ok(fits.then_some(mail)),
            // A dot at the start of a line was doubled on the way.
            [b'.', rest @ ..] => rest,
            all => all,
        };
        fits = fits && mail.len() + line.len() < MOST_BYTES;
        if fits {
            mail.extend_from_slice(line);
            mail.extend_from_slice(b"\r\n");
        }
    }
}

/// The address between angle brackets after a command.
fn path(argument: &str) -> Option<String> {
    let inside = argument.split_once('<')?.1.split_once('>')?.0.trim();
    Some(inside.to_owned())
}

/// One talk.
async fn talk(read: impl AsyncRead + Unpin, mut write: impl AsyncWrite + Unpin, name: &str, keeper: &impl Keep) -> std::io::Result<()> {
    let mut read = BufReader::new(read);
    let mut sender: Option<String> = None;
    let mut recipients: Vec<String> = Vec::new();
    write.write_all(format!("220 {name} ESMTP\r\n").as_bytes()).await?;
    while let Some(line) = line(&mut read, LONGEST_LINE).await? {
        let line = String::from_utf8_lossy(&line).into_owned();
        let (verb, argument) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        let upper = line.to_ascii_uppercase();
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => format!("250-{name}\r\n250-SIZE {MOST_BYTES}\r\n250 8BITMIME"),
            "HELO" => format!("250 {name}"),
            "MAIL" if upper.starts_with("MAIL FROM:") => match path(argument) {
                Some(from) => {
                    sender = Some(from);
                    recipients.clear();
                    "250 go on".to_owned()
                }
                None => "501 an address stands between angle brackets".to_owned(),
            },
            "RCPT" if upper.starts_with("RCPT TO:") => match path(argument) {
                _ if sender.is_none() => "503 say who sends it first".to_owned(),
                Some(_) if recipients.len() >= MOST_RECIPIENTS => "452 too many recipients".to_owned(),
                Some(to) if keeper.is_ours(&to) => {
                    recipients.push(to);
                    "250 go on".to_owned()
                }
                Some(_) => "550 nobody here has this address".to_owned(),
                None => "501 an address stands between angle brackets".to_owned(),
            },
            "DATA" if recipients.is_empty() => "503 say whom it is for first".to_owned(),
            "DATA" => {
                write.write_all(b"354 end with a line that is a single dot\r\n").await?;
                let mail = data(&mut read).await?;
                let answer = take(mail, &recipients, keeper).await;
                sender = None;
                recipients.clear();
                answer.to_owned()
            }
            "RSET" => {
                sender = None;
                recipients.clear();
                "250 forgotten".to_owned()
            }
            "NOOP" => "250 still here".to_owned(),
            "QUIT" => {
                write.write_all(b"221 goodbye\r\n").await?;
                return write.shutdown().await;
            }
            _ => "502 that is not known here".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

async fn take(mail: Option<Vec<u8>>, recipients: &[String], keeper: &impl Keep) -> &'static str {
    let Some(bytes) = mail else { return "552 the mail is too large" };
    let Ok(mut mail) = parse::bytes(&bytes) else { return "554 this is not a mail" };
    // A blind copy names us on the envelope alone.
    let named = address::all(mail.header("to").unwrap_or_default());
    if !named.iter().any(|a| keeper.is_ours(a))
        && let Some(ours) = recipients.first()
    {
        mail.headers.push(("To".to_owned(), ours.clone()));
    }
    if keeper.keep(mail).await { "250 kept" } else { "451 try again later" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Shelf(Mutex<Vec<Incoming>>);

    impl Keep for Shelf {
        fn is_ours(&self, address: &str) -> bool {
            address.ends_with("@reply.example.org")
        }

        async fn keep(&self, mail: Incoming) -> bool {
            self.0.lock().expect("a shelf").push(mail);
            true
        }
    }

    async fn spoken(said: &str) -> (String, Vec<Incoming>) {
        let shelf = Shelf::default();
        let mut heard = Vec::new();
        let _ = talk(said.as_bytes(), &mut heard, "mx", &shelf).await;
        (String::from_utf8(heard).expect("text"), shelf.0.into_inner().expect("a shelf"))
    }

    #[tokio::test]
    async fn a_mail_for_us_is_kept() {
        let (heard, kept) =
            spoken("EHLO a\r\nMAIL FROM:<dan@example.com>\r\nRCPT TO:<riverside@reply.example.org>\r\nDATA\r\nFrom: dan@example.com\r\nSubject: Hi\r\n\r\n..dot\r\n.\r\nQUIT\r\n").await;
        assert!(heard.ends_with("250 kept\r\n221 goodbye\r\n"), "{heard}");
        assert_eq!(kept.iter().map(|m| (m.header("to"), m.text.as_deref().map(str::trim))).collect::<Vec<_>>(), [(Some("riverside@reply.example.org"), Some(".dot"))]);
    }

    #[tokio::test]
    async fn nothing_is_relayed_and_nonsense_does_no_harm() {
        let (heard, kept) = spoken("MAIL FROM:<a@b.c>\r\nRCPT TO:<other@example.net>\r\nDATA\r\nHELP\r\nRCPT TO:riverside@reply.example.org\r\n").await;
        assert!(heard.contains("550 ") && heard.contains("503 ") && heard.contains("502 ") && heard.contains("501 "), "{heard}");
        assert!(kept.is_empty());
        let (_, kept) = spoken(&"x".repeat(10_000)).await;
        assert!(kept.is_empty());
    }
}
