//! The way there and back, for each kind of site, and what goes wrong on it.

use crate::{
    elsewhere::{Elsewhere, TOKEN},
    world::{ROOT, World, param},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use poem::http::Method;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// A person as a site of a kind tells of them.
pub fn profile(kind: &str, uid: &str, email: &str, verified: bool) -> Json {
    match kind {
        "google" => json!({"id": uid, "email": email, "verified_email": verified, "name": "Zoe Zhu", "picture": "https://pictures.example/zoe.png"}),
        "nextcloud" => json!({"ocs": {"meta": {"status": "ok"}, "data": {"id": uid, "email": email, "displayname": "Zoe Zhu"}}}),
        _ => json!({"sub": uid, "mail": email, "nickname": "Zoe Zhu", "email_verified": verified}),
    }
}

#[tokio::test]
async fn each_kind_of_site_is_asked_in_its_way() {
    for (kind, door_path, scope, token_path, profile_path) in [
        ("google", "/o/oauth2/v2/auth", "email profile", "/oauth2/v4/token", "/oauth2/v2/userinfo"),
        ("oauth", "/auth", "openid email", "/token", "/profile"),
        ("nextcloud", "/cloud/index.php/apps/oauth2/authorize", "", "/cloud/index.php/apps/oauth2/api/v1/token", "/cloud/ocs/v2.php/cloud/user"),
    ] {
        let world = World::new(&[("NEXTCLOUD_TRUST_EMAIL", "1")]).await;
        let mut browser = world.browser();
        let door = browser.set_out(kind, &format!("{ROOT}/d/abc?x=1")).await;
        let back = format!("{ROOT}/{kind}/authorize");
        assert_eq!((door.path(), param(&door, "redirect_uri"), param(&door, "scope"), param(&door, "response_type")), (door_path, back.clone(), scope.to_owned(), "code".to_owned()));
        assert_eq!((param(&door, "client_id"), param(&door, "code_challenge_method")), (format!("{kind}-key"), "S256".to_owned()));
        assert_eq!(param(&door, "tenant"), if kind == "oauth" { "ours" } else { "" });

        world.elsewhere.tells(&profile(kind, "zoe-7", "Zoe@example.com", true));
        let answer = browser.come_back(kind, &param(&door, "state")).await;
        assert_eq!((answer.status, answer.place.as_str()), (302, "/d/abc?x=1"), "{kind}: {}", answer.json);
        let asked = world.elsewhere.asked();
        let paths: Vec<&str> = asked.iter().map(|q| q.path.as_str()).collect();
        assert_eq!(paths, [token_path, profile_path], "{kind}");
        let field = |name: &str| asked[0].field(name).unwrap_or_default().to_owned();
        assert_eq!((field("code"), field("grant_type"), field("redirect_uri")), ("the-code".to_owned(), "authorization_code".to_owned(), back));
        assert_eq!((field("client_id"), field("client_secret")), (format!("{kind}-key"), format!("{kind}-secret")));
        assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier"))), param(&door, "code_challenge"), "{kind}");
        assert_eq!(asked[1].authorization, Some(format!("Bearer {TOKEN}")));

        let told = browser.boot().await;
        assert_eq!(told["flash"], json!({"notice": "Signed in successfully."}));
        let id = told["user"].as_i64().expect("somebody is signed in");
        assert_eq!(world.identities().await, format!("{kind} zoe-7 {id}"));
        assert_eq!(world.text(&format!("select concat_ws(' ', name, email, email_verified) from users where id = {id}")).await, "Zoe Zhu zoe@example.com t");
        assert_eq!(world.text("select concat(access_token, '|', custom_fields) from omniauth_identities").await, "|{}", "no token is kept");

        // The next time, whatever the address is by then and whatever the site says of it.
        world.elsewhere.tells(&profile(kind, "zoe-7", "ana@example.com", false));
        let mut other = world.browser();
        assert_eq!((other.through(kind).await.status, other.who().await), (302, Some(id)), "{kind}");
        world.done().await;
    }
}

#[tokio::test]
async fn who_signed_in_this_way_before_the_change_still_does() {
    let world = World::new(&[]).await;
    world
        .run("insert into omniauth_identities (user_id, identity_type, uid, email, access_token, created_at, updated_at) values (1, 'nextcloud', 'ana', 'old@example.com', 'a token', now(), now())")
        .await;
    world.elsewhere.tells(&profile("nextcloud", "ana", "new@example.com", false));
    let mut browser = world.browser();
    assert_eq!(browser.through("nextcloud").await.place, "/d/abc");
    assert_eq!(browser.who().await, Some(1));
    assert_eq!(world.text("select concat_ws(' ', email, access_token) from omniauth_identities").await, "new@example.com ", "the original's token is erased");
    world.done().await;
}

#[tokio::test]
async fn what_goes_wrong_at_the_other_site_is_told() {
    let world = World::new(&[]).await;
    let good = json!({"access_token": TOKEN}).to_string();
    let zoe = profile("oauth", "zoe", "zoe@example.com", true).to_string();
    let large = format!("{{\"access_token\": \"{}\"}}", "x".repeat(2_000_000));
    for (token, profile) in [
        ((400, r#"{"error":"invalid_grant"}"#.to_owned()), (200, zoe.clone())),
        ((500, "<html>".to_owned()), (200, zoe.clone())),
        ((200, String::new()), (200, zoe.clone())),
        ((200, "not JSON".to_owned()), (200, zoe.clone())),
        ((200, "[]".to_owned()), (200, zoe.clone())),
        ((200, large), (200, zoe.clone())),
        ((302, good.clone()), (200, zoe.clone())),
        ((200, good.clone()), (401, zoe.clone())),
        ((200, good.clone()), (200, String::new())),
        ((200, good.clone()), (200, "{\"sub\": \"zoe\"".to_owned())),
        ((200, good.clone()), (200, r#"{"sub":"zoe"}"#.to_owned())),
        ((200, good.clone()), (200, r#"{"sub":"zo\u0000e","mail":"zoe@example.com","email_verified":true}"#.to_owned())),
    ] {
        let told = format!("{token:?} {profile:?}").chars().take(100).collect::<String>();
        {
            let mut answers = world.elsewhere.answers.lock().unwrap();
            (answers.token, answers.profile) = (token, profile);
        }
        let mut browser = world.browser();
        browser.headers.push(("accept", "application/json"));
        let answer = browser.through("oauth").await;
        assert_eq!(answer.status, 401, "{told}");
        assert!(answer.json["error"].as_str().is_some_and(|e| !e.is_empty() && !e.contains(TOKEN)), "{told}: {}", answer.json);
        assert_eq!((browser.who().await, world.identities().await), (None, String::new()), "{told}");
    }
    // An address nobody can have: there is no account of it.
    world.elsewhere.answers.lock().unwrap().token = (200, good);
    world.elsewhere.tells(&profile("oauth", "zoe", "not an address", true));
    let mut browser = world.browser();
    assert_eq!(browser.through("oauth").await.place, "/dashboard");
    assert!(browser.boot().await["flash"]["error"].is_string());
    assert_eq!(world.text("select count(*) from users").await, "1");
    world.done().await;
}

#[tokio::test]
async fn who_changes_their_mind_goes_back() {
    let world = World::new(&[]).await;
    let mut browser = world.browser();
    let door = browser.set_out("google", "/g/abc").await;
    let answer = browser.get(&format!("/google/authorize?error=access_denied&state={}", param(&door, "state"))).await;
    assert_eq!((answer.status, answer.place.as_str()), (302, "/g/abc"));
    assert_eq!(browser.boot().await["flash"], json!({"error": "You did not sign in."}));
    assert_eq!(browser.get("/google/authorize?error=access_denied").await.place, "/dashboard");
    assert!(world.elsewhere.asked().is_empty());
    world.done().await;
}

#[tokio::test]
async fn only_sites_that_are_set_up_are_offered() {
    let world = World::bare(vec![("OAUTH_APP_KEY".to_owned(), "a key without the rest".to_owned()), ("SAML_APP_KEY".to_owned(), "1".to_owned())], Elsewhere::new().await).await;
    let mut browser = world.browser();
    assert_eq!(browser.get("/api/v1/boot/site").await.json["identityProviders"], json!([]));
    for kind in ["google", "oauth", "nextcloud", "saml"] {
        assert_eq!(browser.get(&format!("/{kind}/oauth")).await.status, 404, "{kind}");
        assert_eq!(browser.come_back(kind, "x").await.status, 404, "{kind}");
    }
    world.done().await;

    let world = World::new(&[]).await;
    let offered = ["oauth", "google", "nextcloud"].map(|name| json!({"name": name, "href": format!("/{name}/oauth")}));
    assert_eq!(world.browser().get("/api/v1/boot/site").await.json["identityProviders"], json!(offered));
    world.done().await;
}

#[tokio::test]
async fn one_parts_with_ones_own_identity_only_and_on_purpose() {
    let world = World::new(&[]).await;
    world.run("insert into omniauth_identities (user_id, identity_type, uid, created_at, updated_at) values (1, 'google', 'ana', now(), now()), (null, 'oauth', 'zoe', now(), now())").await;
    let mut browser = world.browser();
    assert_eq!(browser.ask(Method::DELETE, "/google", json!({})).await.status, 401);
    browser.sign_in_by_password().await;
    assert_eq!(browser.get("/google").await.status, 404, "reading changes nothing");
    assert_eq!(browser.ask(Method::DELETE, "/oauth", json!({})).await.status, 404, "nobody's");
    assert_eq!(world.identities().await, "google ana 1, oauth zoe nobody");
    assert_eq!(browser.ask(Method::DELETE, "/google", json!({})).await.status, 200);
    assert_eq!(world.identities().await, "oauth zoe nobody");
    world.done().await;
}
