//! Signing in by SAML.

use crate::{
    elsewhere::Elsewhere,
    idp::{DOOR, Idp, NAME, Question, Statement, packed},
    world::{Answer, Browser, ROOT, World},
};
use chrono::{NaiveDateTime, TimeDelta};
use poem::http::Method;
use serde_json::json;

async fn world(idp: &Idp, more: &[(&str, &str)]) -> World {
    let elsewhere = Elsewhere::new().await;
    elsewhere.answers.lock().unwrap().profile = (200, idp.metadata(true));
    let place = format!("{}/metadata", elsewhere.url);
    let vars = [("SAML_APP_KEY", "1"), ("SAML_IDP_METADATA_URL", place.as_str())].iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    World::bare(vars, elsewhere).await
}

fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc()
}

async fn ask(browser: &mut Browser<'_>) -> Question {
    Question::read(&browser.set_out("saml", "/d/abc").await)
}

/// Posts an answer as the page of ours does, with the browser's cookies.
async fn post(browser: &mut Browser<'_>, xml: &str, relay_state: &str) -> Answer {
    browser.post_form("/saml/oauth", &[("SAMLResponse", &packed(xml)), ("RelayState", relay_state), ("again", "1")]).await
}

/// Goes there and back as somebody.
async fn through(browser: &mut Browser<'_>, idp: &Idp, about: &str) -> Answer {
    let question = ask(browser).await;
    let answer = idp.signed(&Statement::of(about, &question, now()));
    post(browser, &answer, &question.relay_state).await
}

#[tokio::test]
async fn the_site_is_asked_and_its_form_is_posted_once_more_with_the_cookie() {
    let idp = Idp::new();
    let world = world(&idp, &[("SAML_TRUST_EMAIL", "1")]).await;
    let mut browser = world.browser();
    let offered = browser.get("/api/v1/boot/site").await.json["identityProviders"].clone();
    assert_eq!(offered, json!([{"name": "saml", "href": "/saml/oauth"}]));
    let door = browser.set_out("saml", &format!("{ROOT}/d/abc?x=1")).await;
    assert!(door.as_str().starts_with(DOOR), "{door}");
    let question = Question::read(&door);
    let said = ["AssertionConsumerServiceURL", "Destination", "ProtocolBinding"].map(|name| question.attribute(name));
    assert_eq!(said, [format!("{ROOT}/saml/oauth"), DOOR.to_owned(), "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST".to_owned()]);
    assert!(question.xml.contains(&format!(">{ROOT}/saml/metadata</")) && question.xml.contains("1.1:nameid-format:emailAddress"), "{}", question.xml);
    assert!(question.attribute("ID").len() > 40, "it cannot be guessed");

    // The other site's page posts the answer; the browser keeps its cookies back.
    let answer = packed(&idp.signed(&Statement::of("Zoe@example.com", &question, now())));
    let mut without = world.browser();
    without.headers.push(("sec-fetch-site", "cross-site"));
    let page = without.post_form("/saml/oauth", &[("SAMLResponse", &answer), ("RelayState", &question.relay_state)]).await;
    let html = page.json.as_str().unwrap_or_default().to_owned();
    assert_eq!((page.status, without.who().await), (200, None));
    for part in [answer.as_str(), question.relay_state.as_str(), "action=\"/saml/oauth\"", "name=\"again\""] {
        assert!(html.contains(&part.replace('=', "&#x3d;")) || html.contains(part), "{part} in {html}");
    }

    let done = browser.post_form("/saml/oauth", &[("SAMLResponse", &answer), ("RelayState", &question.relay_state), ("again", "1")]).await;
    assert_eq!((done.status, done.place.as_str()), (302, "/d/abc?x=1"), "{}", done.json);
    let id = browser.who().await.expect("somebody is signed in");
    assert_eq!(world.identities().await, format!("saml Zoe@example.com {id}"));
    assert_eq!(world.text(&format!("select concat_ws(' ', name, email, email_verified) from users where id = {id}")).await, "Zoe Zhu zoe@example.com t");
    assert_eq!(browser.ask(Method::DELETE, "/saml", json!({})).await.status, 200);
    assert_eq!(world.identities().await, "");
    world.done().await;
}

#[tokio::test]
async fn an_address_is_believed_only_where_the_settings_say_so() {
    let idp = Idp::new();
    let world = world(&idp, &[]).await;
    let mut thief = world.browser();
    through(&mut thief, &idp, "ana@example.com").await;
    assert_eq!((thief.who().await, world.identities().await), (None, "saml ana@example.com nobody".to_owned()));
    assert_eq!(thief.boot().await["pending"]["identity_type"], "saml");
    // Who signed in this way at the Rails server still does.
    world.run("update omniauth_identities set user_id = 1").await;
    let mut ana = world.browser();
    through(&mut ana, &idp, "ana@example.com").await;
    assert_eq!(ana.who().await, Some(1));

    // The site may sign the whole answer instead.
    let mut other = world.browser();
    let question = ask(&mut other).await;
    let answer = idp.signed_whole(&Statement::of("ana@example.com", &question, now()));
    assert_eq!(post(&mut other, &answer.replace("Zoe", "Eve"), &question.relay_state).await.status, 401, "changed");
    let question = ask(&mut other).await;
    let answer = idp.signed_whole(&Statement::of("ana@example.com", &question, now()));
    post(&mut other, &answer, &question.relay_state).await;
    assert_eq!(other.who().await, Some(1));

    // A site that names people by numbers tells their address beside.
    let mut browser = world.browser();
    let question = ask(&mut browser).await;
    let numbered = Statement { email: Some("zoe@example.com".to_owned()), ..Statement::of("4711", &question, now()) };
    post(&mut browser, &idp.signed(&numbered), &question.relay_state).await;
    assert_eq!(browser.boot().await["pending"]["email"], "zoe@example.com");
    let question = ask(&mut browser).await;
    assert_eq!(post(&mut browser, &idp.signed(&Statement::of("4712", &question, now())), &question.relay_state).await.status, 401, "nobody's address");
    world.done().await;
}

/// Changes an honest statement.
type Lie = fn(Statement) -> Statement;

#[tokio::test]
async fn what_the_site_did_not_sign_for_this_server_now_proves_nothing() {
    let (idp, foreign) = (Idp::new(), Idp::new());
    let world = world(&idp, &[("SAML_TRUST_EMAIL", "1")]).await;
    let mut browser = world.browser();
    let lies: [(&str, Lie); 9] = [
        ("no audience", |s| Statement { audience: None, ..s }),
        ("another's audience", |s| Statement { audience: Some("https://other.example.org".to_owned()), ..s }),
        ("another's form", |s| Statement { recipient: "https://other.example.org/saml/oauth".to_owned(), ..s }),
        ("another question", |s| Statement { answers: Some("_another".to_owned()), ..s }),
        ("no question", |s| Statement { answers: None, ..s }),
        ("it is over", |s| Statement { issued: s.issued - TimeDelta::minutes(20), ends: s.issued - TimeDelta::minutes(10), ..s }),
        ("it is old", |s| Statement { issued: s.issued - TimeDelta::minutes(20), ..s }),
        ("it is not yet", |s| Statement { issued: s.issued + TimeDelta::minutes(20), ends: s.issued + TimeDelta::minutes(30), ..s }),
        ("SHA-1", |s| Statement { digest: "sha1", ..s }),
    ];
    for (lie, change) in lies {
        let question = ask(&mut browser).await;
        let answer = idp.signed(&change(Statement::of("ana@example.com", &question, now())));
        assert_eq!(post(&mut browser, &answer, &question.relay_state).await.status, 401, "{lie}");
    }
    type Forgery = fn(&Idp, &Idp, &Statement) -> String;
    let forgeries: [(&str, Forgery); 8] = [
        ("unsigned", |_, _, s| s.unsigned()),
        ("another key", |_, foreign, s| foreign.signed(s)),
        ("changed", |idp, _, s| idp.signed(s).replace("ana@example.com", "eve@example.com")),
        ("a forged one first", |idp, _, s| wrapped(idp, s, |forged, signed| format!("{forged}{signed}"))),
        ("a forged one last", |idp, _, s| wrapped(idp, s, |forged, signed| format!("{signed}{forged}"))),
        ("a forged one around", |idp, _, s| wrapped(idp, s, |forged, signed| forged.replace("</saml:Assertion>", &format!("{signed}</saml:Assertion>")))),
        ("entities", |idp, _, s| format!("<!DOCTYPE r [<!ENTITY a \"b\">]>{}", idp.signed(s).trim_start_matches("<?xml version=\"1.0\"?>").trim_start())),
        ("a comment in the name", |idp, _, s| idp.signed(&Statement { about: "ana@example.com<!-- -->.evil.org".to_owned(), ..s.clone() })),
    ];
    for (forgery, forge) in forgeries {
        let question = ask(&mut browser).await;
        let answer = forge(&idp, &foreign, &Statement::of("ana@example.com", &question, now()));
        let told = post(&mut browser, &answer, &question.relay_state).await;
        assert_eq!((told.status, browser.who().await), (401, None), "{forgery}");
    }
    for nonsense in ["", "%", "bm90IHhtbA==", "PHNhbWxwOlJlc3BvbnNlLz4="] {
        let question = ask(&mut browser).await;
        let told = browser.post_form("/saml/oauth", &[("SAMLResponse", nonsense), ("RelayState", &question.relay_state), ("again", "1")]).await;
        assert_eq!(told.status, 401, "{nonsense}");
    }
    assert_eq!(world.identities().await, "");
    world.done().await;
}

/// The signed assertion of a response and a forged one, put together.
fn wrapped(idp: &Idp, honest: &Statement, arrange: fn(&str, &str) -> String) -> String {
    let signed = idp.signed(&Statement { about: "nobody@example.com".to_owned(), ..honest.clone() });
    let begin = signed.find("<saml:Assertion").unwrap();
    let end = signed.rfind("</samlp:Response>").unwrap();
    let forged = Statement { number: "_forged".to_owned(), ..honest.clone() }.unsigned();
    let (forged_begin, forged_end) = (forged.find("<saml:Assertion").unwrap(), forged.rfind("</samlp:Response>").unwrap());
    honest.around(&arrange(&forged[forged_begin..forged_end], &signed[begin..end]))
}

#[tokio::test]
async fn an_answer_signs_in_the_browser_that_asked_once() {
    let idp = Idp::new();
    let world = world(&idp, &[("SAML_TRUST_EMAIL", "1")]).await;
    let mut browser = world.browser();
    let question = ask(&mut browser).await;
    let before = browser.clone();
    let answer = idp.signed(&Statement::of("ana@example.com", &question, now()));
    assert_eq!(post(&mut world.browser(), &answer, &question.relay_state).await.status, 401, "another browser's");
    let mut other = world.browser();
    let others = ask(&mut other).await;
    assert_eq!(post(&mut other, &answer, &question.relay_state).await.status, 401);
    assert_eq!(post(&mut other, &answer, &others.relay_state).await.status, 401, "the answer to another question");
    assert_eq!(post(&mut browser, &answer, "").await.status, 401, "no state");
    assert_eq!(post(&mut browser, &answer, &question.relay_state).await.status, 302);
    assert_eq!(browser.who().await, Some(1));
    // Not even with the cookie from before.
    let mut again = before;
    assert_eq!((post(&mut again, &answer, &question.relay_state).await.status, again.who().await), (401, None));
    assert_eq!(world.text("select count(*) from loomio.shown_answers where until > now() at time zone 'UTC'").await, "1");
    world.done().await;
}

#[tokio::test]
async fn who_begins_at_the_other_site_is_sent_to_ask_and_then_only_signed_in_if_known() {
    let idp = Idp::new();
    let world = world(&idp, &[]).await;
    let mut browser = world.browser();
    let unasked = |about: &str| Statement { answers: None, ..Statement::of(about, &Question { xml: String::new(), relay_state: "x".to_owned() }, now()) };
    let answer = idp.signed(&unasked("zoe@example.com"));
    let first = browser.post_form("/saml/oauth", &[("SAMLResponse", &packed(&answer))]).await;
    assert_eq!(first.status, 200, "it is posted again");
    let told = post(&mut browser, &answer, "").await;
    assert_eq!(told.status, 302, "{}", told.json);
    let question = Question::read(&told.place.parse().unwrap());
    let answered = post(&mut browser, &idp.signed(&Statement::of("zoe@example.com", &question, now())), &question.relay_state).await;
    assert_eq!((answered.place.as_str(), world.identities().await.as_str()), ("/dashboard", ""), "a stranger leaves nothing");

    world.run("insert into omniauth_identities (user_id, identity_type, uid, created_at, updated_at) values (1, 'saml', 'ana@example.com', now(), now())").await;
    let told = post(&mut browser, &idp.signed(&unasked("ana@example.com")), "").await;
    let question = Question::read(&told.place.parse().unwrap());
    post(&mut browser, &idp.signed(&Statement::of("ana@example.com", &question, now())), &question.relay_state).await;
    assert_eq!(browser.who().await, Some(1));
    world.done().await;
}

#[tokio::test]
async fn a_site_is_believed_by_its_certificate_only_and_its_silence_is_survived() {
    let idp = Idp::new();
    let world = world(&idp, &[]).await;
    let mut browser = world.browser();
    let says = |status: u16, text: String| world.elsewhere.answers.lock().unwrap().profile = (status, text);
    for (status, text) in [(200, idp.metadata(false)), (200, "nonsense".to_owned()), (500, idp.metadata(true)), (200, format!("<!DOCTYPE x>{}", idp.metadata(true)))] {
        says(status, text.clone());
        assert_eq!(browser.get("/saml/oauth").await.status, 401, "{status} {text}");
    }
    says(200, format!("<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{}</md:EntitiesDescriptor>", idp.metadata(true)));
    world.elsewhere.asked();
    assert_eq!(browser.get("/saml/oauth").await.status, 302, "one of many");
    assert_eq!(browser.get("/saml/oauth").await.status, 302);
    assert_eq!(world.elsewhere.asked().len(), 1, "it is not asked each time");
    says(500, String::new());
    for (hours, status) in [(2, 302), (25, 401)] {
        *world.now.lock().unwrap() = now() + TimeDelta::hours(hours);
        assert_eq!(browser.get("/saml/oauth").await.status, status, "after {hours} hours of silence");
    }
    world.done().await;
}

#[tokio::test]
async fn this_server_describes_itself() {
    let idp = Idp::new();
    let world = world(&idp, &[]).await;
    let told = world.browser().get("/saml/metadata").await;
    let xml = told.json.as_str().unwrap_or_default().to_owned();
    assert_eq!(told.status, 200);
    for part in [format!("entityID=\"{ROOT}/saml/metadata\""), format!("Location=\"{ROOT}/saml/oauth\""), "WantAssertionsSigned=\"true\"".to_owned()] {
        assert!(xml.contains(&part), "{part} in {xml}");
    }
    assert!(!xml.contains("SingleLogoutService") && !xml.contains("validUntil") && !xml.contains(NAME), "{xml}");
    world.done().await;
}
