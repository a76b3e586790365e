//! Whose account somebody gets who comes from another site for the first time.

use crate::{signing_in::profile, world::World};
use poem::http::Method;
use serde_json::json;

#[tokio::test]
async fn a_verified_address_finds_its_account() {
    let world = World::new(&[]).await;
    world.elsewhere.tells(&profile("google", "ana-g", "Ana@Example.com", true));
    let mut browser = world.browser();
    assert_eq!(browser.through("google").await.status, 302);
    assert_eq!((browser.who().await, world.identities().await), (Some(1), "google ana-g 1".to_owned()));
    world.done().await;
}

#[tokio::test]
async fn an_address_that_nobody_verified_takes_no_account() {
    // The settings believe a site that says nothing, never one that says no.
    for (kind, trusting) in [("oauth", false), ("google", false), ("nextcloud", false), ("oauth", true)] {
        let world = World::new(if trusting { &[("OAUTH_TRUST_EMAIL", "1")] } else { &[] }).await;
        world.elsewhere.tells(&profile(kind, "thief", "ana@example.com", false));
        let mut thief = world.browser();
        assert_eq!(thief.through(kind).await.place, "/d/abc");
        let told = thief.boot().await;
        assert_eq!((&told["user"], &told["pending"]["auth_form"], &told["pending"]["identity_type"]), (&json!(null), &json!("identity"), &json!(kind)));
        assert!(told["flash"]["notice"].is_string());
        assert_eq!(world.identities().await, format!("{kind} thief nobody"));
        // The form's two ways: an account of that address is taken, and another's is not theirs.
        let register = json!({"user": {"email": "ana@example.com", "name": "Thief", "legal_accepted": true}});
        assert_eq!(thief.ask(Method::POST, "/api/v1/registrations", register).await.status, 422);
        assert_eq!((thief.who().await, world.identities().await), (None, format!("{kind} thief nobody")));

        // Ana is the one who reads Ana's mail.
        let mut ana = world.browser();
        ana.through(kind).await;
        assert_eq!(ana.ask(Method::POST, "/api/v1/login_tokens", json!({"email": "ana@example.com"})).await.status, 200);
        assert_eq!(ana.sign_in_by_code("ana@example.com").await.status, 200);
        assert_eq!((ana.who().await, world.identities().await), (Some(1), format!("{kind} thief 1")));
        world.done().await;
    }
}

#[tokio::test]
async fn settings_may_believe_a_site_that_says_nothing() {
    let world = World::new(&[("OAUTH_TRUST_EMAIL", "1")]).await;
    world.elsewhere.tells(&json!({"sub": 7, "mail": "ana@example.com"}));
    let mut browser = world.browser();
    browser.through("oauth").await;
    assert_eq!((browser.who().await, world.identities().await), (Some(1), "oauth 7 1".to_owned()));
    world.done().await;
}

#[tokio::test]
async fn who_is_new_and_unverified_registers_and_proves_the_address_by_mail() {
    // Even where nobody else may register: the original lets everybody in who comes this way.
    let world = World::new(&[("FEATURES_DISABLE_CREATE_USER", "1")]).await;
    world.elsewhere.tells(&json!({"sub": "zoe", "mail": "zoe@example.com", "nickname": "Zoe"}));
    let mut browser = world.browser();
    browser.through("oauth").await;
    let register = |email: &str| json!({"user": {"email": email, "name": "Zoe", "legal_accepted": true}});
    assert_eq!(browser.ask(Method::POST, "/api/v1/registrations", register("other@example.com")).await.status, 422);
    let answer = browser.ask(Method::POST, "/api/v1/registrations", register("zoe@example.com")).await;
    assert_eq!((answer.status, &answer.json["signed_in"]), (200, &json!(false)), "{}", answer.json);
    assert_eq!((browser.who().await, world.identities().await), (None, "oauth zoe nobody".to_owned()));
    assert_eq!(browser.sign_in_by_code("zoe@example.com").await.status, 200);
    let id = browser.who().await.unwrap();
    assert_eq!(world.identities().await, format!("oauth zoe {id}"));
    world.done().await;
}

#[tokio::test]
async fn who_switches_accounts_registers_with_a_verified_address_at_once() {
    let world = World::new(&[]).await;
    let mut browser = world.browser();
    browser.sign_in_by_password().await;
    world.elsewhere.tells(&profile("google", "zoe", "zoe@example.com", true));
    assert_eq!(browser.through("google").await.place, "/d/abc");
    let told = browser.boot().await;
    assert_eq!((&told["user"], &told["pending"]["email"], &told["pending"]["avatar_url"]), (&json!(null), &json!("zoe@example.com"), &json!("https://pictures.example/zoe.png")));
    let answer = browser.ask(Method::POST, "/api/v1/registrations", json!({"user": {"email": "zoe@example.com", "name": "Zoe", "legal_accepted": true}})).await;
    assert_eq!((answer.status, &answer.json["signed_in"]), (200, &json!(true)), "{}", answer.json);
    let id = browser.who().await.unwrap();
    assert!(id != 1);
    assert_eq!(world.identities().await, format!("google zoe {id}"));
    world.done().await;
}

#[tokio::test]
async fn a_closed_account_stays_closed() {
    let world = World::new(&[]).await;
    world.run("update users set deactivated_at = now() where id = 1").await;
    world.elsewhere.tells(&profile("google", "ana", "ana@example.com", true));
    let mut browser = world.browser();
    assert_eq!(browser.through("google").await.place, "/dashboard");
    let told = browser.boot().await;
    assert_eq!((&told["user"], world.identities().await), (&json!(null), String::new()));
    assert!(told["flash"]["error"].is_string());
    world.done().await;
}

#[tokio::test]
async fn where_the_site_decides_how_people_are_called_verified_addresses_are_taken_over() {
    let world = World::new(&[("LOOMIO_SSO_FORCE_USER_ATTRS", "1")]).await;
    world.run("insert into omniauth_identities (user_id, identity_type, uid, created_at, updated_at) values (1, 'google', 'ana', now(), now())").await;
    for (email, verified, kept) in [("new@example.com", false, "Zoe Zhu ana@example.com"), ("new@example.com", true, "Zoe Zhu new@example.com"), ("nothing", true, "Zoe Zhu new@example.com")] {
        world.elsewhere.tells(&profile("google", "ana", email, verified));
        let mut browser = world.browser();
        browser.through("google").await;
        assert_eq!(browser.who().await, Some(1));
        assert_eq!(world.text("select concat_ws(' ', name, email) from users where id = 1").await, kept, "{email} {verified}");
    }
    world.done().await;
}
