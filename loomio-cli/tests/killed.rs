//! A server that is killed in the middle of its work: nothing that was acknowledged
//! is lost, and nothing is done twice.

use loomio_db::{sql, testing::TestDb};
use sea_orm::ConnectionTrait;
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// How many mails are asked for, and after how many the mail server falls silent.
const MAILS: usize = 12;
const ANSWERED: usize = 4;

/// A mail server that notes which deliveries it has acknowledged.
#[derive(Default)]
struct Provider {
    acknowledged: Mutex<HashMap<String, usize>>,
    /// How many it acknowledges before it takes data and says nothing more.
    patience: Mutex<usize>,
    held: Mutex<usize>,
}

impl Provider {
    fn start() -> (Arc<Self>, u16) {
        let provider = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let taking = Arc::clone(&provider);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taking = Arc::clone(&taking);
                std::thread::spawn(move || taking.talk(&stream));
            }
        });
        (provider, port)
    }

    fn talk(&self, stream: &TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let mut write = stream;
        write.write_all(b"220 provider\r\n").ok()?;
        while let Some(Ok(line)) = lines.next() {
            let answer: &[u8] = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "DATA" => {
                    write.write_all(b"354 go on\r\n").ok()?;
                    let mut key = String::new();
                    loop {
                        let line = lines.next()?.ok()?;
                        if let Some(found) = line.strip_prefix("X-Loomio-Delivery: ") {
                            key = found.to_owned();
                        }
                        if line == "." {
                            break;
                        }
                    }
                    let mut patience = self.patience.lock().ok()?;
                    if *patience == 0 {
                        *self.held.lock().ok()? += 1;
                        drop(patience);
                        // Silent until the other side is gone.
                        let _ = write.read_to_end(&mut Vec::new());
                        return None;
                    }
                    *patience -= 1;
                    *self.acknowledged.lock().ok()?.entry(key).or_default() += 1;
                    b"250 taken\r\n"
                }
                "QUIT" => {
                    let _ = write.write_all(b"221 bye\r\n");
                    return None;
                }
                _ => b"250 go on\r\n",
            };
            write.write_all(answer).ok()?;
        }
        None
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// A running server; dropping it kills it, as `kill -9` does.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(db: &TestDb, folder: &Path, provider: u16, door: u16) -> Server {
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_loomio"));
    command.arg("serve").env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    for (name, value) in [
        ("LOOMIO_ENV", "test".to_owned()),
        ("DATABASE_URL", db.url()),
        ("DATA_DIR", folder.to_string_lossy().into_owned()),
        ("PORT", port.to_string()),
        ("SECRET_KEY_BASE", "a secret for tests".to_owned()),
        ("DEVISE_SECRET", "another".to_owned()),
        ("REPLY_HOSTNAME", "reply.example.org".to_owned()),
        ("SMTP_SERVER", "127.0.0.1".to_owned()),
        ("SMTP_PORT", provider.to_string()),
        ("SMTP_SSL_VERIFY_MODE", "none".to_owned()),
        ("INBOUND_SMTP_BIND", format!("127.0.0.1:{door}")),
    ] {
        command.env(name, value);
    }
    let server = Server(command.spawn().expect("a server"));
    wait("the server to answer", || TcpStream::connect(("127.0.0.1", port)).is_ok() && TcpStream::connect(("127.0.0.1", door)).is_ok());
    server
}

fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited too long for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn count(db: &TestDb, of: &str) -> i64 {
    sql::scalar::<i64>(db.db(), &format!("select count(*) from {of}"), vec![]).await.expect("an answer").unwrap_or_default()
}

/// Waits until so many rows are there.
async fn wait_for(db: &TestDb, of: &str, rows: i64) {
    let start = Instant::now();
    while count(db, of).await != rows {
        assert!(start.elapsed() < Duration::from_secs(60), "waited too long for {rows} {of}, there are {}", count(db, of).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends a mail to the server's own door and returns its last word.
fn hand_in(door: u16, subject: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", door)).expect("the door");
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
    let mut said = lines.next().expect("a line").expect("a line");
    let mail = format!("From: Ana <ana@example.com>\r\nTo: board@reply.example.org\r\nSubject: {subject}\r\n\r\nHello\r\n.");
    for line in ["HELO test", "MAIL FROM:<ana@example.com>", "RCPT TO:<board@reply.example.org>", "DATA", &mail] {
        stream.write_all(format!("{line}\r\n").as_bytes()).expect("written");
        said = lines.next().expect("an answer").expect("an answer");
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_neither_lost_nor_doubled() {
    let db = TestDb::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let people = "insert into users (id, name, email, email_verified, key, username, created_at, updated_at) values (1, 'Ana', 'ana@example.com', true, 'anaanaan', 'ana', now(), now()); \
        insert into groups (id, name, handle, key, full_name, members_can_start_discussions, created_at, updated_at) values (3, 'Board', 'board', 'boardboa', 'Board', true, now(), now()); \
        insert into memberships (id, group_id, user_id, admin, accepted_at, created_at, updated_at, volume) values (1, 3, 1, true, now(), now(), now(), 0)";
    db.db().execute_unprepared(people).await.expect("people");
    let (provider, port) = Provider::start();
    *provider.patience.lock().expect("a number") = ANSWERED;
    let door = free_port();
    let first = start(&db, folder.path(), port, door);
    for n in 0..MAILS {
        let job = serde_json::json!({"key": format!("k{n}"), "mail": {"mail": "redacted", "email": format!("p{n}@example.com"), "locale": null}});
        sql::execute(db.db(), "select loomio.add_job('send_mail', $1::json)", vec![job.to_string().into()]).await.expect("a job");
    }
    // The provider has acknowledged some, the notes of that are kept, and others are
    // in the middle of being sent.
    wait_for(&db, "loomio.deliveries where delivered_at is not null", i64::try_from(ANSWERED).expect("a number")).await;
    wait("a mail in the middle of being sent", || *provider.held.lock().expect("a number") > 0);
    // Mails that come in are acknowledged meanwhile, though no job is free to route them.
    let said: Vec<String> = ["One", "Two", "Three"].map(|subject| hand_in(door, subject)).into();
    assert!(said.iter().all(|s| s == "250 kept"), "{said:?}");
    drop(first);

    *provider.patience.lock().expect("a number") = usize::MAX;
    // As if the time had passed after which a silent worker counts as dead.
    db.db().execute_unprepared("update loomio._private_workers set last_heartbeat_at = now() - interval '1 hour'").await.expect("changed");
    let second = start(&db, folder.path(), port, door);
    wait_for(&db, "loomio.deliveries where delivered_at is not null", i64::try_from(MAILS).expect("a number")).await;
    wait_for(&db, "loomio.unfinished_jobs", 0).await;
    let acknowledged = provider.acknowledged.lock().expect("a list").clone();
    assert_eq!((acknowledged.len(), acknowledged.values().sum::<usize>()), (MAILS, MAILS), "{acknowledged:?}");
    let titles: Vec<String> = sql::column(db.db(), "select title from discussions order by title", vec![]).await.expect("titles");
    assert_eq!(titles, ["One", "Three", "Two"]);
    drop(second);
    db.done().await;
}
