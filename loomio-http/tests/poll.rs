//! Polls in a real database: what the recorded cases do not show.

use loomio_core::{
    policy::Permit,
    tally::totals::{Ballot, count},
};
use loomio_db::{Write, sql, tally, testing::TestDb};
use loomio_http::services::poll::voters;
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

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
