//! First light: two people found a group, talk and decide, each in a browser of
//! their own, with the original's client. Nothing on the way may fail: no request,
//! and nothing on the console.

use super::{Running, driver::Browser, program_of, start};
use crate::run::{self, say};
use anyhow::{Context, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// Where things are.
pub struct Options {
    /// The folder of the built client.
    pub client: PathBuf,
    /// The database server.
    pub database_server: String,
}

const PROGRAM: &str = "target/debug/loomio";
const DATABASE: &str = "loomio_first_light";
const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.org";
const PASSWORD: &str = "a mill and its race";

/// What the original's client complains about with the original's server, too: the
/// server for writing together is a program of its own, which does not run here.
const WRITING_TOGETHER: &str = "ws://localhost:4444";

/// What the two do, and where.
struct Story {
    site: String,
    settings: Vec<(&'static str, String)>,
    outbox: PathBuf,
    ana: Browser,
    ben: Browser,
}

/// Starts a server on an empty database and lets the story happen.
///
/// # Errors
/// When a step cannot be done, or something failed on the way.
pub fn first_light(options: &Options) -> anyhow::Result<()> {
    ensure!(options.client.join("index.html").exists(), "{} has no index.html: build the client first", options.client.display());
    let folder = std::env::current_dir()?.join("target/first-light");
    let _ = fs::remove_dir_all(&folder);
    let outbox = folder.join("outbox");
    fs::create_dir_all(&outbox)?;
    run::run(&mut run::cargo(&["build", "--workspace"]))?;
    let database = super::empty_database(&options.database_server, DATABASE)?;
    let port = free_port()?;
    let settings = [
        ("DATABASE_URL", database),
        ("PORT", port.to_string()),
        ("LOOMIO_ENV", "development".to_owned()),
        ("MAIL_OUTBOX", outbox.display().to_string()),
        ("CLIENT_DIR", options.client.display().to_string()),
        ("DATA_DIR", folder.join("data").display().to_string()),
        ("SMTP_DOMAIN", "example.org".to_owned()),
    ];
    let _server = start(Command::new(PROGRAM).arg("serve").envs(settings.clone()), &folder.join("server.log"), port)?;
    let driver_port = free_port()?;
    let _driver: Running = start(Command::new(program_of("CHROMEDRIVER", "/usr/bin/chromedriver")).arg(format!("--port={driver_port}")), &folder.join("driver.log"), driver_port)?;
    let open = |name: &str| Browser::open(driver_port, &program_of("CHROMIUM", "/usr/bin/chromium"), &folder.join(name));
    let story = Story { site: format!("http://localhost:{port}"), settings: settings.into(), outbox, ana: open("ana")?, ben: open("ben")? };
    let told = story.happen();
    for (name, browser) in [("ana", &story.ana), ("ben", &story.ben)] {
        browser.picture(&folder.join(format!("{name}.png")))?;
    }
    told.with_context(|| format!("pictures of both browsers and the server's log lie in {}", folder.display()))?;
    say("first light: two browsers, no failed request, no console error");
    Ok(())
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A step of the story by its name.
type Step = (&'static str, fn(&Story) -> anyhow::Result<()>);

const STEPS: [Step; 14] = [
    ("sign up, by a mailed code", Story::sign_up),
    ("set a password, and sign in by it", Story::sign_in_by_password),
    ("sign in by a link", Story::sign_in_by_link),
    ("create a group", Story::create_group),
    ("invite", Story::invite),
    ("join by the invitation", Story::join),
    ("start a thread", Story::start_thread),
    ("comment, seen in the other browser without loading anew", Story::comment),
    ("reply", Story::reply),
    ("react", Story::react),
    ("mention, which notifies", Story::mention),
    ("start a poll", Story::start_poll),
    ("vote, and see results", Story::vote),
    ("close the poll, and publish an outcome", Story::decide),
];

impl Story {
    fn happen(&self) -> anyhow::Result<()> {
        for (name, step) in STEPS {
            let began = Instant::now();
            step(self).with_context(|| name.to_owned())?;
            say(&format!("{name} ({:.1} s)", began.elapsed().as_secs_f32()));
        }
        let mut complaints = Vec::new();
        for (name, browser) in [("Ana", &self.ana), ("Ben", &self.ben)] {
            complaints.extend(browser.complaints(&self.site)?.into_iter().filter(|c| !c.contains(WRITING_TOGETHER)).map(|c| format!("{name}'s browser: {c}")));
        }
        ensure!(complaints.is_empty(), "something failed on the way:\n  {}", complaints.join("\n  "));
        Ok(())
    }

    /// What is found in the mails to somebody, as soon as it is there.
    fn mailed(&self, to: &str, find: impl Fn(&str) -> Option<String>) -> anyhow::Result<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(found) = mails(&self.outbox, to)?.iter().rev().find_map(|mail| find(mail)) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("no mail to {to} has it");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn sign_up(&self) -> anyhow::Result<()> {
        let ana = &self.ana;
        ana.go(&format!("{}/dashboard", self.site))?;
        ana.fill(".auth-email-form__email input", ANA)?;
        ana.click(".auth-email-form__submit")?;
        ana.fill(".auth-signup-form__name input", "Ana Moreno")?;
        ana.click(".auth-signup-form__submit")?;
        ana.fill(".auth-complete input", &self.mailed(ANA, code)?)?;
        ana.click(".auth-complete button:not([disabled])")?;
        ana.read(".flash-root__message", "Signed in")
    }

    fn sign_in_by_password(&self) -> anyhow::Result<()> {
        let ana = &self.ana;
        ana.go(&format!("{}/profile", self.site))?;
        ana.click(".user-page__change_password")?;
        ana.fill(".change-password-form__password input", PASSWORD)?;
        ana.fill(".change-password-form__password-confirmation input", PASSWORD)?;
        ana.click(".change-password-form__submit")?;
        ana.read(".flash-root__message", "password")?;
        self.sign_out()?;
        ana.fill(".auth-email-form__email input", ANA)?;
        ana.click(".auth-email-form__submit")?;
        ana.fill(".auth-signin-form__password input", PASSWORD)?;
        ana.click(".auth-signin-form__submit")?;
        ana.read(".flash-root__message", "Signed in")
    }

    fn sign_in_by_link(&self) -> anyhow::Result<()> {
        self.sign_out()?;
        let told = run::output(Command::new(PROGRAM).args(["sign-in", ANA]).envs(self.settings.clone())).context("loomio sign-in failed")?;
        self.ana.go(&link(&told, &format!("{}/login_tokens/", self.site)).context("no link was printed")?)?;
        self.ana.click(".auth-signin-form__submit")?;
        self.ana.read(".flash-root__message", "Signed in")
    }

    fn sign_out(&self) -> anyhow::Result<()> {
        self.ana.go(&format!("{}/dashboard", self.site))?;
        self.ana.click(".sidebar__user-dropdown")?;
        self.ana.click(".user-dropdown__list-item-button--email-settings + .v-list-item")?;
        self.ana.see(".auth-email-form__email input")?;
        self.ana.go(&format!("{}/dashboard", self.site))
    }

    fn create_group(&self) -> anyhow::Result<()> {
        let ana = &self.ana;
        // The client leads whoever has no group to this form.
        ana.fill(".group-form__name input", "Millrace")?;
        ana.click(".group-form__category-select .v-field")?;
        ana.click(".v-overlay .v-select__content .v-list-item")?;
        ana.click(".group-form__submit-button")?;
        ana.read(".group-page__name", "Millrace")
    }

    fn invite(&self) -> anyhow::Result<()> {
        let ana = &self.ana;
        ana.click(".group-page-members-tab")?;
        ana.click(".membership-card__invite")?;
        ana.fill(".recipients-autocomplete input", BEN)?;
        ana.read(".recipients-autocomplete-suggestion", BEN)?;
        ana.click(".recipients-autocomplete-suggestion")?;
        ana.click(".announcement-form__submit")?;
        ana.read(".flash-root__message", "1 notification")
    }

    fn join(&self) -> anyhow::Result<()> {
        let ben = &self.ben;
        ben.go(&self.mailed(BEN, |mail| link(mail, &format!("{}/invitations/", self.site)))?)?;
        ben.click(".auth-email-form__submit")?;
        ben.fill(".auth-signup-form__name input", "Ben Okafor")?;
        ben.click(".auth-signup-form__submit")?;
        ben.read(".group-page__name", "Millrace")
    }

    fn start_thread(&self) -> anyhow::Result<()> {
        let ana = &self.ana;
        let group = ana.run("return location.pathname.replace('/members', '')")?;
        ana.go(&format!("{}{}", self.site, group.as_str().unwrap_or_default()))?;
        ana.click(".discussions-panel__new-thread-button")?;
        ana.click(".thread-templates--template")?;
        ana.fill(".discussion-form__title-input input", " The boiler")?;
        ana.write(".discussion-form", " It will not survive another winter.")?;
        ana.click(".discussion-form__submit")?;
        ana.read(".context-panel__heading", "The boiler")?;
        ana.read(".context-panel__description", "another winter")?;
        self.ben.go(&self.thread()?)?;
        self.ben.read(".context-panel__heading", "The boiler")
    }

    /// What somebody else wrote arrives by itself, in a page that stays; the client
    /// announces most of it by a button that says how much more there is.
    fn arrives(&self, browser: &Browser, css: &str, text: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(40);
        while !browser.says(css, text)? {
            ensure!(Instant::now() < deadline, "\"{text}\" did not arrive in {css}");
            browser.click_if_there(".strand-item__load-more .v-btn");
            std::thread::sleep(Duration::from_millis(500));
        }
        ensure!(browser.run("return window.neverLeft === true")? == true, "the page was loaded anew");
        Ok(())
    }

    fn comment(&self) -> anyhow::Result<()> {
        self.ana.write(".comment-form", "Let us collect questions first.")?;
        self.ana.click(".comment-form__submit-button")?;
        self.ana.read(".new-comment", "Let us collect questions first.")?;
        for person in [&self.ana, &self.ben] {
            person.go(&self.thread()?)?;
            person.read(".new-comment", "Let us collect questions first.")?;
            // These pages must stay until the poll is decided.
            person.run("window.neverLeft = true")?;
        }
        self.ben.write(".comment-form", "How loud is a heat pump?")?;
        self.ben.click(".comment-form__submit-button")?;
        self.ben.read(".new-comment", "How loud is a heat pump?")?;
        self.arrives(&self.ana, ".new-comment", "How loud is a heat pump?")
    }

    fn thread(&self) -> anyhow::Result<String> {
        let path = self.ana.run("return location.pathname.split('/').slice(0, 3).join('/')")?;
        Ok(format!("{}{}", self.site, path.as_str().unwrap_or_default()))
    }

    fn reply(&self) -> anyhow::Result<()> {
        self.ana.click(".sequenceId-2 .action-dock__button--reply_to_comment")?;
        self.ana.write(".strand-item .comment-form", "As loud as a fridge.")?;
        self.ana.click(".strand-item .comment-form__submit-button")?;
        self.ana.read(".new-comment", "As loud as a fridge.")?;
        self.arrives(&self.ben, ".new-comment", "As loud as a fridge.")
    }

    fn react(&self) -> anyhow::Result<()> {
        self.ben.click(".context-panel .emoji-picker__toggle")?;
        self.ben.click(".emoji-picker__emojis span[title=\"heart\"]")?;
        self.ben.see(".reactions-display")?;
        self.ana.see(".reactions-display")
    }

    fn mention(&self) -> anyhow::Result<()> {
        self.ana.write(".comment-form", "@ben")?;
        self.ana.read(".suggestion-list", "Ben Okafor")?;
        self.ana.click(".suggestion-list .v-list-item-title")?;
        self.ana.click(".comment-form__submit-button")?;
        self.ana.read(".new-comment", "@Ben Okafor")?;
        self.ben.click(".notifications__button")?;
        self.ben.read(".notifications__dropdown", "mentioned you in")?;
        self.ben.click(".notifications__button")?;
        self.arrives(&self.ben, ".new-comment", "@Ben Okafor")
    }

    fn start_poll(&self) -> anyhow::Result<()> {
        self.ana.click(".activity-panel__add-poll")?;
        self.ana.click(".decision-tools-card__poll-type--proposal")?;
        self.ana.fill(".poll-common-form-fields__title input", "We buy a heat pump")?;
        self.ana.click(".poll-common-form__submit")?;
        self.ana.read(".poll-common-card__title", "We buy a heat pump")?;
        self.arrives(&self.ben, ".poll-common-card__title", "We buy a heat pump")
    }

    fn vote(&self) -> anyhow::Result<()> {
        for (person, reason) in [(&self.ana, "The grant runs out in June."), (&self.ben, "Quiet enough for me.")] {
            person.click(".poll-common-vote-form__button-text")?;
            person.write(".poll-common-vote-form__reason", reason)?;
            person.click(".poll-common-vote-form__submit")?;
            person.read(".strand-list", reason)?;
        }
        for person in [&self.ana, &self.ben] {
            person.read(".poll-common-chart-panel", "2 of 2 votes cast")?;
            self.arrives(person, ".strand-list", "Quiet enough for me.")?;
        }
        Ok(())
    }

    fn decide(&self) -> anyhow::Result<()> {
        self.ana.click(".action-dock__button--close_poll")?;
        self.ana.click(".confirm-modal__submit")?;
        self.ana.write(".poll-common-outcome-form__statement", "We order it this month.")?;
        self.ana.click(".poll-common-outcome-form__submit")?;
        for person in [&self.ana, &self.ben] {
            self.arrives(person, ".poll-common-outcome-panel", "We order it this month.")?;
        }
        Ok(())
    }
}

/// The mails to somebody, oldest first.
fn mails(outbox: &Path, to: &str) -> anyhow::Result<Vec<String>> {
    let mut mails = Vec::new();
    for entry in fs::read_dir(outbox)? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path()).unwrap_or_default().replace("\r\n", "\n");
        if text.lines().any(|line| line.starts_with("To:") && line.contains(to)) {
            mails.push((entry.metadata()?.modified()?, text.replace("=\n", "").replace("=3D", "=")));
        }
    }
    mails.sort();
    Ok(mails.into_iter().map(|(_, text)| text).collect())
}

/// The code that stands alone in a line of a mail.
fn code(mail: &str) -> Option<String> {
    mail.lines().find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit())).map(ToOwned::to_owned)
}

/// The first link that begins so in a text.
fn link(text: &str, beginning: &str) -> Option<String> {
    let rest = text.split_once(beginning)?.1;
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_?=&/.%".contains(*c)).collect();
    Some(format!("{beginning}{token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_codes_are_found_in_mails() {
        assert_eq!(code("Your code:\n\n123456\n1234567").as_deref(), Some("123456"));
        assert_eq!(link("Sign in <http://site/login_tokens/aB3?x=1> now", "http://site/login_tokens/").as_deref(), Some("http://site/login_tokens/aB3?x=1"));
        assert_eq!(link("nothing", "http://site/"), None);
    }
}
