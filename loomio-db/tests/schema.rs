//! The schema we create against the one Rails creates, and the ways into a database:
//! created, adopted untouched, refused untouched.

use loomio_db::{
    migration::{self, MigrationError, Origin},
    sql,
    testing::TestDb,
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use std::{collections::BTreeSet, io::Read};

/// The original's schema as `pg_dump` wrote it.
fn original() -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(&include_bytes!("data/original_schema.sql.gz")[..]).read_to_string(&mut text).expect("the dump");
    text
}

/// What makes up a schema, one text for each part of it.
async fn parts(db: &DatabaseConnection) -> BTreeSet<String> {
    let questions = [
        "select format('table %s', tablename) from pg_tables where schemaname = 'public'",
        "select format('column %s.%s: %s%s default %s, number %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' else '' end, \
           coalesce(pg_get_expr(d.adbin, d.adrelid), 'none'), row_number() over (partition by c.oid order by a.attnum)) \
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum \
         where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped",
        "select format('index %s', indexdef) from pg_indexes where schemaname = 'public'",
        "select format('constraint %s of %s: %s', conname, conrelid::regclass, pg_get_constraintdef(c.oid)) from pg_constraint c join pg_namespace n on n.oid = c.connamespace where n.nspname = 'public' and c.contype <> 'n'",
        "select format('sequence %s: %s from %s to %s by %s, of %s', s.sequencename, s.data_type, s.min_value, s.max_value, s.increment_by, \
           (select d.refobjid::regclass::text || '.' || a.attname from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass and d.deptype = 'a')) \
         from pg_sequences s where s.schemaname = 'public'",
        "select format('extension %s', extname) from pg_extension where extname in ('citext', 'hstore', 'pgcrypto')",
        "select format('trigger %s of %s', tgname, tgrelid::regclass) from pg_trigger where not tgisinternal",
        "select format('view %s', viewname) from pg_views where schemaname = 'public' and viewname not like 'pg_stat_statements%'",
    ];
    let mut parts = BTreeSet::new();
    for question in questions {
        parts.extend(sql::column::<String>(db, question, vec![]).await.expect("the catalogue"));
    }
    parts
}

async fn empty(db: &DatabaseConnection) {
    db.execute_unprepared("drop schema if exists loomio cascade; drop schema if exists pghero cascade; drop schema public cascade; create schema public").await.expect("an empty database");
}

#[tokio::test]
async fn what_we_create_is_what_rails_creates() {
    let ours = TestDb::new().await;
    let theirs = TestDb::new().await;
    empty(theirs.db()).await;
    theirs.load(&original().replace("CREATE SCHEMA public;", ""));
    let (created, recorded) = (parts(ours.db()).await, parts(theirs.db()).await);
    let tables = recorded.iter().filter(|part| part.starts_with("table ")).count();
    let missing: Vec<_> = recorded.difference(&created).collect();
    let surplus: Vec<_> = created.difference(&recorded).collect();
    ours.done().await;
    theirs.done().await;
    // 56 tables of Loomio and the two in which Rails keeps its own books.
    assert_eq!(tables, 58);
    assert!(missing.is_empty() && surplus.is_empty(), "missing: {missing:#?}\nsurplus: {surplus:#?}");
}

/// Everything in the public schema, rows included, as one text.
async fn fingerprint(db: &DatabaseConnection) -> (BTreeSet<String>, Option<String>) {
    let rows = sql::scalar(
        db,
        "select md5(string_agg(query_to_xml(format('select * from public.%I order by 1', tablename), true, false, '')::text, '' order by tablename)) from pg_tables where schemaname = 'public'",
        vec![],
    );
    (parts(db).await, rows.await.expect("the rows"))
}

async fn exists(db: &DatabaseConnection, schema: &str) -> bool {
    sql::exists(db, "select 1 from pg_namespace where nspname = $1", vec![schema.into()]).await.expect("an answer")
}

#[tokio::test]
async fn a_database_of_rails_is_adopted_untouched() {
    let test = TestDb::new().await;
    let db = test.db();
    empty(db).await;
    test.load(&original().replace("CREATE SCHEMA public;", ""));
    let (version, _) = migration::KNOWN_VERSIONS[0];
    db.execute_unprepared(&format!(
        "insert into public.schema_migrations values ('20200101000000'), ('{version}'); insert into public.users (name, email, created_at, updated_at) values ('Ana', 'ana@example.com', now(), now())"
    ))
    .await
    .expect("a database in use");
    let before = fingerprint(db).await;
    let origin = migration::prepare(db).await.expect("adopted");
    let again = migration::prepare(db).await.expect("adopted again");
    let after = fingerprint(db).await;
    let ours = exists(db, "loomio").await;
    test.done().await;
    assert_eq!((origin, again), (Origin::Adopted, Origin::Adopted));
    assert!(ours, "what is ours stands in a schema of its own");
    assert!(before == after, "the original's tables were touched");
}

#[tokio::test]
async fn a_database_of_another_version_is_refused_untouched() {
    let test = TestDb::new().await;
    let db = test.db();
    db.execute_unprepared("drop schema loomio cascade; insert into public.schema_migrations values ('20990101000000')").await.expect("a newer database");
    let before = fingerprint(db).await;
    let refused = migration::prepare(db).await;
    let after = fingerprint(db).await;
    let ours = exists(db, "loomio").await;
    test.done().await;
    let told = refused.expect_err("refused").to_string();
    assert!(told.contains("20990101000000"), "{told} does not say what was found");
    for (version, name) in migration::KNOWN_VERSIONS {
        assert!(told.contains(version) && told.contains(name), "{told} does not name {version} of {name}");
    }
    assert!(before == after && !ours, "the database was touched");
}

#[tokio::test]
async fn somebody_elses_database_is_refused_untouched() {
    let test = TestDb::new().await;
    let db = test.db();
    empty(db).await;
    db.execute_unprepared("create table public.recipes (id int)").await.expect("a table");
    let refused = migration::prepare(db).await;
    let (tables, ours) = (parts(db).await, exists(db, "loomio").await);
    test.done().await;
    assert!(matches!(refused, Err(MigrationError::Foreign)), "{refused:?}");
    assert!(!ours && tables.iter().filter(|part| part.starts_with("table ")).count() == 1, "the database was touched");
}
