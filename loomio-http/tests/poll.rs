//! Polls in a real database: what the recorded cases do not show.

use loomio_core::{
    policy::Permit,
    tally::totals::{Ballot, count},
};
use loomio_db::{Write, event::Draft, sql, tally, testing::TestDb};
use loomio_http::{
    App, Settings,
    jobs::{self, Worker},
    json::params::Params,
    live::Live,
    services::{Visit, poll::voters, publish, stance},
};
use loomio_mail::Mailer;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};
use std::sync::Arc;

const POLL: &str = "insert into users (id, name, email, email_verified, created_at, updated_at, default_membership_volume) \
      select n, 'Person ' || n, 'p' || n || '@example.com', true, now(), now(), 2 from generate_series(1, 6) n; \
    insert into groups (id, name, created_at, updated_at) values (1, 'Board', now(), now()); \
    insert into memberships (group_id, user_id, accepted_at, created_at, updated_at, volume) select 1, n, now(), now(), now(), 1 from generate_series(1, 5) n; \
    insert into polls (id, author_id, title, key, poll_type, group_id, created_at, updated_at, closing_at) values (1, 1, 'Tea?', 'aaaaaaaa', 'score', 1, now(), now(), now() + interval '1 day'); \
    insert into poll_options (id, name, poll_id, priority) values (11, 'green', 1, 1), (12, 'black', 1, 0)";

async fn world() -> TestDb {
    let db = TestDb::new().await;
    db.db().execute_unprepared(POLL).await.unwrap();
    db
}

async fn write(db: &TestDb) -> Write {
    Write::begin(db.db(), chrono::Utc::now().naive_utc(), Some(1), [3; 32]).await.unwrap()
}

const PERMIT: Permit = Permit::system("test");

#[tokio::test]
async fn the_database_counts_as_the_core_does() {
    let db = world().await;
    let votes = "insert into stances (id, poll_id, participant_id, latest, revoked_at, cast_at, none_of_the_above) values \
        (1, 1, 1, true, null, now(), false), (2, 1, 2, true, null, now(), false), (3, 1, 3, true, null, null, false), \
        (4, 1, 4, true, null, now(), true), (5, 1, 2, false, null, now(), false), (6, 1, 5, true, now(), now(), false); \
        insert into stance_choices (stance_id, poll_option_id, score) values (1, 11, 4), (1, 12, 0), (2, 12, 2), (5, 11, 9), (6, 11, 9)";
    db.db().execute_unprepared(votes).await.unwrap();
    let ballot = |voter_id, cast, none_of_the_above, choices: &[(i32, i32)]| Ballot { voter_id: Some(voter_id), cast, none_of_the_above, choices: choices.to_vec() };
    let ballots = [ballot(1, true, false, &[(11, 4), (12, 0)]), ballot(2, true, false, &[(12, 2)]), ballot(3, false, false, &[]), ballot(4, true, true, &[])];
    for anonymous in [false, true] {
        sql::execute(db.db(), "update polls set anonymous = $1", vec![anonymous.into()]).await.unwrap();
        let w = write(&db).await;
        tally::recount(&w, &PERMIT, 1).await.unwrap();
        w.commit().await.unwrap();
        let expected = count(&[12, 11], &ballots, anonymous);
        let stored: Vec<Json> = sql::column(db.db(), "select jsonb_build_array(total_score, voter_count, voter_scores) from poll_options order by priority", vec![]).await.unwrap();
        assert_eq!(stored, expected.options.iter().map(|o| json!([o.total_score, o.voter_count, o.voter_scores])).collect::<Vec<_>>());
        let totals: Json = sql::scalar(db.db(), "select jsonb_build_array(stance_counts, voters_count, undecided_voters_count, none_of_the_above_count) from polls", vec![]).await.unwrap().unwrap();
        assert_eq!(totals, json!([expected.options.iter().map(|o| o.total_score).collect::<Vec<_>>(), expected.voters_count, expected.undecided_voters_count, expected.none_of_the_above_count]));
    }
    db.done().await;
}

#[tokio::test]
async fn everybody_gets_one_vote_and_whose_was_taken_away_gets_none() {
    let db = world().await;
    db.db().execute_unprepared("insert into stances (poll_id, participant_id, revoked_at) values (1, 5, now())").await.unwrap();
    for _ in 0..2 {
        let w = write(&db).await;
        let poll = loomio_db::find::by_id(w.conn(), 1).await.unwrap().unwrap();
        voters::add_everybody(&w, &PERMIT, &poll).await.unwrap();
        w.commit().await.unwrap();
    }
    let voters: Vec<Option<i32>> = sql::column(db.db(), "select participant_id from stances where latest and revoked_at is null order by 1", vec![]).await.unwrap();
    assert_eq!(voters, [1, 2, 3, 4].map(Some));
    let volumes: Vec<i32> = sql::column(db.db(), "select distinct volume from stances where revoked_at is null", vec![]).await.unwrap();
    assert_eq!(volumes, [1], "a member's own volume is kept");
    db.done().await;
}

#[tokio::test]
async fn inviting_to_a_closed_anonymous_poll_keeps_its_votes() {
    let db = world().await;
    db.db().execute_unprepared("update polls set anonymous = true, closed_at = now(); insert into stances (poll_id, participant_id, cast_at) values (1, null, now()), (1, null, now())").await.unwrap();
    let w = write(&db).await;
    let poll = loomio_db::find::by_id(w.conn(), 1).await.unwrap().unwrap();
    voters::add(&w, &PERMIT, &poll, 1, &[6]).await.unwrap();
    w.commit().await.unwrap();
    let live: Option<i64> = sql::scalar(db.db(), "select count(*) from stances where latest and cast_at is not null", vec![]).await.unwrap();
    assert_eq!(live, Some(2));
    db.done().await;
}

async fn application(db: &TestDb) -> (Arc<App>, Worker) {
    let vars = [("LOOMIO_ENV", "test"), ("SECRET_KEY_BASE", "a secret for tests"), ("DEVISE_SECRET", "another"), ("CANONICAL_HOST", "loomio.example.org")];
    let settings = Settings::from_vars(vars.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
    let outbox = tempfile::tempdir().unwrap().keep();
    let app = Arc::new(App::new(db.db().clone(), settings, Live::in_memory(), Mailer::outbox(outbox), Arc::new(|| chrono::Utc::now().naive_utc()), [7; 32]));
    let worker = Worker::new(&app, true).await.unwrap();
    (app, worker)
}

async fn votes_seen_by(app: &Arc<App>, user_id: i32, more: Json) -> Json {
    let user = loomio_db::find::by_id(&app.db, user_id).await.unwrap().unwrap();
    let Json::Object(mut params) = more else { unreachable!("parameters are an object") };
    params.insert("poll_id".to_owned(), json!(1));
    stance::index(&Visit::without_browser(app, user, Params(params))).await.unwrap()
}

/// Ana and Ben have been asked; Ben has voted and said why.
const ONE_VOTE: &str = "update polls set hide_results = 1; \
    insert into stances (id, poll_id, participant_id, latest, cast_at, reason, reason_format, option_scores) values (1, 1, 1, true, null, null, 'html', '{}'), (2, 1, 2, true, now(), '<p>so</p>', 'html', '{\"11\": 4}'); \
    insert into stance_choices (stance_id, poll_option_id, score) values (2, 11, 4)";

#[tokio::test(flavor = "multi_thread")]
async fn results_wait_for_ones_own_vote() {
    let db = world().await;
    db.db().execute_unprepared(ONE_VOTE).await.unwrap();
    let (app, worker) = application(&db).await;
    let seen = |answer: &Json| {
        let others = answer["stances"].as_array().unwrap().iter().find(|s| s["id"] == 2).unwrap();
        (others.get("option_scores").is_some() && others.get("reason").is_some(), answer["polls"][0].get("results").is_some())
    };
    assert_eq!(seen(&votes_seen_by(&app, 1, json!({})).await), (false, false), "who has not voted");
    assert_eq!(seen(&votes_seen_by(&app, 2, json!({})).await), (true, true), "who has voted");
    // Asking for the votes for an option would tell them as well.
    let all = |answer: &Json| answer["stances"].as_array().unwrap().len();
    assert_eq!(all(&votes_seen_by(&app, 1, json!({"poll_option_id": 11})).await), 2);
    assert_eq!(all(&votes_seen_by(&app, 2, json!({"poll_option_id": 11})).await), 1);
    // Live updates: the group hears of the vote, those who have voted of the results.
    let (mut group, mut ana, mut ben) = (app.live.listener(), app.live.listener(), app.live.listener());
    group.join("group_1").await;
    ana.join("user_1").await;
    ben.join("user_2").await;
    let w = jobs::begin(&app).await.unwrap();
    publish::append(&w, &PERMIT, Draft::new("stance_created", "Stance", 2, Some(2))).await.unwrap();
    w.commit().await.unwrap();
    worker.run_once().await.unwrap();
    let moment = std::time::Duration::from_secs(5);
    let heard: Json = serde_json::from_str(&tokio::time::timeout(moment, group.next()).await.unwrap().unwrap().text).unwrap();
    assert_eq!(heard["records"]["polls"][0]["id"], 1);
    assert!(heard["records"]["polls"][0].get("results").is_none(), "{heard}");
    let heard: Json = serde_json::from_str(&tokio::time::timeout(moment, ben.next()).await.unwrap().unwrap().text).unwrap();
    assert!(heard["records"]["polls"][0].get("results").is_some(), "{heard}");
    assert_eq!(heard["records"]["stances"][0]["reason"], "<p>so</p>");
    assert!(tokio::time::timeout(std::time::Duration::from_millis(50), ana.next()).await.is_err(), "who has not voted hears no results");
    db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_votes_many_times_at_once_votes_once() {
    let db = world().await;
    db.db().execute_unprepared(ONE_VOTE).await.unwrap();
    let (app, _worker) = application(&db).await;
    let many = loomio_db::connect::connect(&db.url(), 8).await.unwrap();
    let app = Arc::new(App::new(many.clone(), app.settings.clone(), Live::in_memory(), Mailer::outbox(tempfile::tempdir().unwrap().keep()), Arc::clone(&app.clock), [8; 32]));
    let user: loomio_db::rows::User = loomio_db::find::by_id(&many, 1).await.unwrap().unwrap();
    let votes: Vec<_> = (0..8)
        .map(|n| {
            let choices = json!([{"poll_option_id": 11, "score": n % 3 + 1}]);
            let sent = json!({"id": 1, "stance": {"poll_id": 1, "reason": "<p>so</p>", "reason_format": "html", "stance_choices_attributes": choices}});
            let Json::Object(params) = sent else { unreachable!("parameters are an object") };
            let visit = Visit::without_browser(&app, user.clone(), Params(params));
            tokio::spawn(async move { stance::cast::update(&visit).await.map(|_| ()) })
        })
        .collect();
    for vote in votes {
        vote.await.unwrap().unwrap();
    }
    let kinds: Vec<String> = sql::column(db.db(), "select kind from events where eventable_type = 'Stance' and eventable_id = 1 order by id", vec![]).await.unwrap();
    assert_eq!(kinds.iter().filter(|k| *k == "stance_created").count(), 1, "{kinds:?}");
    let kept: Vec<i64> = sql::column(db.db(), "select count(*) from stance_choices where stance_id = 1", vec![]).await.unwrap();
    assert_eq!(kept, [1]);
    drop(app);
    many.close().await.unwrap();
    db.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_anonymous_poll_forgets_its_voters_in_their_history_too() {
    let db = world().await;
    db.db()
        .execute_unprepared(
            "update polls set anonymous = true; insert into stances (id, poll_id, participant_id, latest, cast_at) values (1, 1, 1, true, now()); \
             insert into versions (item_type, item_id, event, whodunnit, created_at) values ('Stance', 1, 'update', 1, now()), ('Poll', 1, 'update', 1, now())",
        )
        .await
        .unwrap();
    let (app, _worker) = application(&db).await;
    let w = write(&db).await;
    loomio_http::services::poll::close::close(&app, &w, &PERMIT, 1).await.unwrap();
    w.commit().await.unwrap();
    let told: Vec<String> = sql::column(db.db(), "select item_type from versions where whodunnit is not null and item_id = 1 order by 1", vec![]).await.unwrap();
    assert_eq!(told, ["Poll", "Poll"], "the poll's history keeps its names");
    db.done().await;
}
