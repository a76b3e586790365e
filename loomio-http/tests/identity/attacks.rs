//! What the original is open to and this server is not.

use crate::{
    signing_in::profile,
    world::{World, param},
};
use serde_json::json;

#[tokio::test]
async fn nobody_is_signed_in_by_an_answer_they_did_not_ask_for() {
    let world = World::new(&[]).await;
    world.run("insert into omniauth_identities (user_id, identity_type, uid, created_at, updated_at) values (1, 'google', 'ana', now(), now())").await;
    world.elsewhere.tells(&profile("google", "ana", "ana@example.com", true));
    let mut browser = world.browser();
    assert_eq!(browser.get("/google/authorize?code=the-code").await.status, 401, "no state");
    assert_eq!(browser.come_back("google", "").await.status, 401, "an empty one");
    assert_eq!(browser.get("/google/authorize?code=the-code&state[]=x").await.status, 401, "no text");
    let door = browser.set_out("google", "/").await;
    assert_eq!(browser.come_back("google", "wrong").await.status, 401);
    let state = param(&door, "state");
    assert_eq!(world.browser().come_back("google", &state).await.status, 401, "another browser's");
    assert_eq!(browser.come_back("oauth", &state).await.status, 401, "another site's");
    assert_eq!(browser.get(&format!("/google/authorize?state={state}")).await.status, 401, "no code");
    assert!(world.elsewhere.asked().is_empty(), "nothing is asked in vain");
    assert_eq!(browser.who().await, None);

    let state = param(&browser.set_out("google", "/").await, "state");
    assert_eq!(browser.come_back("google", &state).await.status, 302);
    assert_eq!(browser.who().await, Some(1));
    assert_eq!(browser.come_back("google", &state).await.status, 401, "a second time");

    let mut late = world.browser();
    let state = param(&late.set_out("google", "/").await, "state");
    *world.now.lock().unwrap() += chrono::TimeDelta::minutes(61);
    assert_eq!(late.come_back("google", &state).await.status, 401, "too late");
    assert_eq!(late.who().await, None);
    world.done().await;
}

#[tokio::test]
async fn who_is_signed_in_stays_so_and_gets_nobodys_identity() {
    let world = World::new(&[]).await;
    world.elsewhere.tells(&profile("google", "mallory", "mallory@example.com", true));
    let mut ana = world.browser();
    ana.sign_in_by_password().await;
    // Mallory leads Ana's browser to an answer meant for Mallory.
    let mut mallory = world.browser();
    let state = param(&mallory.set_out("google", "/").await, "state");
    for state in [state.as_str(), "", "x"] {
        assert_eq!(ana.come_back("google", state).await.status, 401);
    }
    let told = ana.boot().await;
    assert_eq!((&told["user"], &told["pending"]), (&json!(1), &json!({})));
    ana.sign_in_by_password().await;
    assert_eq!(world.identities().await, "");
    world.done().await;
}

#[tokio::test]
async fn an_identity_waits_for_its_owner_to_sign_in_and_for_nothing_else() {
    let world = World::new(&[]).await;
    world.elsewhere.tells(&profile("oauth", "zoe", "zoe@example.com", false));
    let mut browser = world.browser();
    browser.sign_in_by_password().await;
    let remembering = browser.cookies["remember_user_token"].clone();
    let token = world.text("select remember_token from users where id = 1").await;
    browser.through("oauth").await;
    assert_eq!(world.identities().await, "oauth zoe nobody");
    let waiting = browser.clone();

    // A cookie that remembers somebody is no sign-in; the original takes it for one.
    let mut remembered = waiting.clone();
    world.run(&format!("update users set remember_token = '{token}', remember_created_at = now() where id = 1")).await;
    remembered.cookies.insert("remember_user_token".to_owned(), remembering);
    assert_eq!(remembered.who().await, Some(1));
    assert_eq!(world.identities().await, "oauth zoe nobody");

    // Another browser knows nothing of it.
    world.browser().sign_in_by_password().await;
    assert_eq!(world.identities().await, "oauth zoe nobody");

    // After an hour, somebody else may sit there.
    let mut late = waiting.clone();
    *world.now.lock().unwrap() += chrono::TimeDelta::minutes(61);
    assert_eq!(late.boot().await["pending"], json!({}));
    late.sign_in_by_password().await;
    assert_eq!(world.identities().await, "oauth zoe nobody");
    *world.now.lock().unwrap() -= chrono::TimeDelta::minutes(61);

    // Signing in by a third identity says nothing about this one.
    world.elsewhere.tells(&profile("google", "ana", "ana@example.com", true));
    let mut third = waiting.clone();
    third.through("google").await;
    assert_eq!(world.identities().await, "oauth zoe nobody, google ana 1");

    let mut owner = waiting;
    owner.sign_in_by_password().await;
    assert_eq!(world.identities().await, "oauth zoe 1, google ana 1");
    // It has found its owner; nobody takes it over.
    world.run("update omniauth_identities set user_id = 1").await;
    assert_eq!(owner.boot().await["pending"], json!({}));
    world.done().await;
}

#[tokio::test]
async fn a_page_of_another_site_starts_nothing_that_could_be_joined() {
    let world = World::new(&[]).await;
    world.run("insert into omniauth_identities (user_id, identity_type, uid, created_at, updated_at) values (1, 'google', 'ana', now(), now())").await;
    for header in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("referer", "https://evil.example/page")] {
        world.elsewhere.tells(&profile("google", "mallory", "mallory@example.com", true));
        let mut ana = world.browser();
        ana.sign_in_by_password().await;
        ana.headers.push(header);
        assert_eq!(ana.through("google").await.place, "/dashboard", "{header:?}");
        let told = ana.boot().await;
        assert_eq!((&told["user"], &told["pending"], world.identities().await.as_str()), (&json!(1), &json!({}), "google ana 1"), "{header:?}");
        assert!(told["flash"]["error"].is_string());

        // Who is known there is signed in: pages of an organisation link to this.
        world.elsewhere.tells(&profile("google", "ana", "ana@example.com", true));
        let mut known = world.browser();
        known.headers.push(header);
        known.through("google").await;
        assert_eq!(known.who().await, Some(1), "{header:?}");
    }
    for header in [("sec-fetch-site", "none"), ("sec-fetch-site", "same-origin"), ("referer", "http://loomio.example.org:3000/dashboard")] {
        world.elsewhere.tells(&profile("google", "zoe", "zoe@example.com", false));
        let mut browser = world.browser();
        browser.headers.push(header);
        browser.through("google").await;
        assert_eq!(browser.boot().await["pending"]["identity_type"], "google", "{header:?}");
    }
    world.done().await;
}

#[tokio::test]
async fn one_returns_to_this_site_only() {
    let world = World::new(&[]).await;
    world.elsewhere.tells(&profile("google", "ana", "ana@example.com", true));
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example", "http://loomio.example.org:3000.evil.example/", "javascript:alert(1)", ""] {
        let mut browser = world.browser();
        let door = browser.set_out("google", elsewhere).await;
        assert_eq!(browser.come_back("google", &param(&door, "state")).await.place, "/dashboard", "{elsewhere}");
        // The same for a page that merely links here.
        let mut linked = world.browser();
        linked.headers.push(("referer", "https://evil.example/page"));
        let door = linked.set_out("google", "").await;
        assert_eq!(linked.come_back("google", &param(&door, "state")).await.place, "/dashboard");
    }
    world.done().await;
}
