//! Everything a response needs, loaded in batches.
//!
//! A record's JSON names its neighbours (author, group, poll, …), and theirs. The
//! renderer asks this store for each; what is missing is noted, all of one kind
//! is then fetched by one query, and the rendering starts over until nothing is
//! missing. A page of thirty records thus costs as many queries as a page of three.

use super::{lazy::Lazy, render::Scope};
use loomio_db::{
    Result,
    find::{self, Find},
    rows::{
        Comment, Discussion, DiscussionReader, Event, Group, Membership, MembershipRequest, Outcome, Poll, PollOption, PollTemplate, Reaction, Stance, StorageBlob, Subscription, Tag, Translation,
        User,
    },
    sql,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::{collections::HashMap, sync::Arc};

/// What belongs to whom: an uploaded file of a record.
pub type FileKey = (&'static str, &'static str, i64);

/// Members and threads of a group together with its published subgroups.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct OrgCounts {
    /// The parent group.
    pub group_id: i32,
    /// Distinct active members.
    pub members: i64,
    /// The sum of the groups' threads.
    pub discussions: i64,
}

/// The loaded rows of one response.
#[derive(Debug, Default)]
pub struct Store {
    /// Whose readers and stances are loaded.
    pub viewer: Option<i32>,
    /// The language in which the viewer reads.
    pub language: Option<String>,
    /// Whether those who wrote things are shown with them.
    pub shows_authors: bool,
    pub users: Lazy<i32, User>,
    pub groups: Lazy<i32, Group>,
    pub subscriptions: Lazy<i32, Subscription>,
    pub org_counts: Lazy<i32, OrgCounts>,
    pub tags_of_group: Lazy<i32, Vec<Tag>>,
    pub discussions: Lazy<i32, Discussion>,
    pub readers: Lazy<i32, DiscussionReader>,
    pub comments: Lazy<i32, Comment>,
    pub polls: Lazy<i32, Poll>,
    pub options_of_poll: Lazy<i32, Vec<PollOption>>,
    pub outcomes: Lazy<i32, Outcome>,
    pub stances: Lazy<i32, Stance>,
    pub my_stances: Lazy<i32, Stance>,
    pub undecided_voters: Lazy<i32, Vec<i32>>,
    pub none_of_the_above_voters: Lazy<i32, Vec<i32>>,
    pub memberships: Lazy<i32, Membership>,
    pub membership_requests: Lazy<i32, MembershipRequest>,
    pub poll_templates: Lazy<i32, PollTemplate>,
    pub reactions: Lazy<i32, Reaction>,
    pub events: Lazy<i32, Event>,
    pub created_events: Lazy<(&'static str, i32), Event>,
    pub files: Lazy<FileKey, Vec<StorageBlob>>,
    pub blobs: Lazy<i64, StorageBlob>,
    pub translations: Lazy<(&'static str, i32), Translation>,
}

/// Loads the wanted rows of each kind by one query, and wants the people of each.
macro_rules! fill_by_id {
    ($store:ident, $conn:ident, $($field:ident: |$row:ident| $person:expr),* $(,)?) => {
        $(
            let ids = $store.$field.take();
            if !ids.is_empty() {
                for row in find::by_ids($conn, &ids).await? {
                    let id = i32::try_from(loomio_db::Record::id(&row)).unwrap_or_default();
                    let row = Arc::new(row);
                    $store.$field.put(id, Arc::clone(&row));
                    let $row = row;
                    $store.want_author($person);
                }
            }
        )*
    };
}

/// Groups a query's rows by a number each carries.
fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> Option<i32>) -> HashMap<i32, Vec<T>> {
    let mut out: HashMap<i32, Vec<T>> = HashMap::new();
    for row in rows {
        if let Some(k) = key(&row) {
            out.entry(k).or_default().push(row);
        }
    }
    out
}

#[derive(FromQueryResult)]
struct VoterOf {
    poll_id: i32,
    user_id: i32,
}

impl Store {
    /// An empty store for somebody's view.
    #[must_use]
    pub fn new(scope: &Scope) -> Self {
        Self { viewer: scope.current_user_id, language: scope.language.clone(), shows_authors: scope.includes("user") && scope.includes("author"), ..Self::default() }
    }

    /// Whether the last rendering missed something.
    #[must_use]
    pub fn is_wanting(&self) -> bool {
        self.users.is_wanting()
            || self.groups.is_wanting()
            || self.subscriptions.is_wanting()
            || self.org_counts.is_wanting()
            || self.tags_of_group.is_wanting()
            || self.discussions.is_wanting()
            || self.readers.is_wanting()
            || self.comments.is_wanting()
            || self.polls.is_wanting()
            || self.options_of_poll.is_wanting()
            || self.outcomes.is_wanting()
            || self.stances.is_wanting()
            || self.my_stances.is_wanting()
            || self.undecided_voters.is_wanting()
            || self.none_of_the_above_voters.is_wanting()
            || self.memberships.is_wanting()
            || self.membership_requests.is_wanting()
            || self.poll_templates.is_wanting()
            || self.reactions.is_wanting()
            || self.events.is_wanting()
            || self.created_events.is_wanting()
            || self.files.is_wanting()
            || self.blobs.is_wanting()
            || self.translations.is_wanting()
    }

    /// Loads everything wanted, one query for each kind.
    ///
    /// # Errors
    /// When the database refuses a question.
    pub async fn fill(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        // Most rows lead to people, people and groups to pictures: in this order one
        // round is often enough.
        fill_by_id!(self, conn,
            discussions: |d| d.author_id,
            comments: |c| c.user_id,
            polls: |p| Some(p.author_id),
            outcomes: |o| Some(o.author_id),
            stances: |_s| None,
            memberships: |_m| None,
            membership_requests: |_m| None,
            poll_templates: |_t| None,
            reactions: |_r| None,
            events: |e| e.user_id,
        );
        let keys = self.created_events.take();
        if !keys.is_empty() {
            self.fill_created_events(conn, &keys).await?;
        }
        self.fill_of_polls(conn).await?;
        let ids = self.readers.take();
        if let (false, Some(viewer)) = (ids.is_empty(), self.viewer) {
            let found = Find::<DiscussionReader>::new("discussion_readers.discussion_id = any($1) and discussion_readers.user_id = $2", vec![sql::ids(&ids), viewer.into()]).all(conn).await?;
            for row in found {
                self.readers.put(row.discussion_id, Arc::new(row));
            }
        }
        self.fill_groups(conn).await?;
        self.fill_users(conn).await?;
        let ids = self.blobs.take();
        if !ids.is_empty() {
            for row in Find::<StorageBlob>::new("active_storage_blobs.id = any($1)", vec![ids.into()]).all(conn).await? {
                self.blobs.put(row.id, Arc::new(row));
            }
        }
        self.fill_translations(conn).await?;
        let keys = self.files.take();
        if !keys.is_empty() {
            self.fill_files(conn, &keys).await?;
        }
        Ok(())
    }

    /// Loads the wanted threads before the rest.
    ///
    /// # Errors
    /// When the database refuses the question.
    pub async fn fill_discussions(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        fill_by_id!(self, conn, discussions: |d| d.author_id);
        Ok(())
    }

    /// Wants whoever wrote a row, if authors are shown.
    fn want_author(&mut self, author: Option<i32>) {
        if self.shows_authors {
            self.users.want(author);
        }
    }

    /// Loads what is kept of texts in the viewer's language.
    async fn fill_translations(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let keys = self.translations.take();
        let (false, Some(language)) = (keys.is_empty(), self.language.clone()) else { return Ok(()) };
        let (classes, ids): (Vec<String>, Vec<i32>) = keys.iter().map(|(class, id)| ((*class).to_owned(), *id)).unzip();
        let of_texts = Find::<Translation>::new(
            "translations.language = $1 and translations.translatable_type = any($2) and translations.translatable_id = any($3)",
            vec![language.into(), classes.into(), sql::ids(&ids)],
        );
        for row in of_texts.order("translations.id desc").all(conn).await? {
            let key = keys.iter().find(|(class, id)| row.translatable_type.as_deref() == Some(*class) && row.translatable_id == Some(*id));
            if let Some(key) = key {
                self.translations.put(*key, Arc::new(row));
            }
        }
        Ok(())
    }

    /// Loads groups, and what is shown of each.
    async fn fill_groups(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let ids = self.groups.take();
        if !ids.is_empty() {
            for row in find::by_ids::<Group>(conn, &ids).await? {
                self.subscriptions.want(row.subscription_id);
                self.files.want([("Group", "logo", row.id.into()), ("Group", "cover_photo", row.id.into())]);
                if row.parent_id.is_none() {
                    self.org_counts.want([row.id]);
                }
                self.groups.put(row.id, Arc::new(row));
            }
        }
        fill_by_id!(self, conn, subscriptions: |_s| None);
        self.fill_of_groups(conn).await
    }

    /// Loads people, and their pictures.
    async fn fill_users(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let ids = self.users.take();
        if !ids.is_empty() {
            for row in find::by_ids::<User>(conn, &ids).await? {
                self.know_user(&Arc::new(row));
            }
        }
        Ok(())
    }

    /// Makes a person known, and wants their picture.
    pub fn know_user(&mut self, user: &Arc<User>) {
        if super::user::avatar_kind(user) == "uploaded" {
            self.files.want([("User", "uploaded_avatar", user.id.into())]);
        }
        self.users.put(user.id, Arc::clone(user));
    }

    async fn fill_of_groups(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let ids = self.org_counts.take();
        if !ids.is_empty() {
            let found: Vec<OrgCounts> = sql::rows(
                conn,
                "with org as (select g.id as org, g.id as group_id, g.discussions_count from groups g where g.id = any($1) \
                   union all select g.parent_id, g.id, g.discussions_count from groups g where g.parent_id = any($1) and g.archived_at is null) \
                 select org.org as group_id, \
                   (select count(distinct m.user_id) from memberships m where m.revoked_at is null and m.group_id in (select o.group_id from org o where o.org = org.org)) as members, \
                   sum(org.discussions_count)::bigint as discussions \
                 from org group by org.org",
                vec![sql::ids(&ids)],
            )
            .await?;
            for row in found {
                self.org_counts.put(row.group_id, Arc::new(row));
            }
        }
        let ids = self.tags_of_group.take();
        if !ids.is_empty() {
            let found = Find::<Tag>::new("tags.group_id = any($1)", vec![sql::ids(&ids)]).order("tags.id").all(conn).await?;
            for (group_id, tags) in grouped(found, |t| t.group_id) {
                self.tags_of_group.put(group_id, Arc::new(tags));
            }
        }
        Ok(())
    }

    async fn fill_of_polls(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let ids = self.options_of_poll.take();
        if !ids.is_empty() {
            let found = Find::<PollOption>::new("poll_options.poll_id = any($1)", vec![sql::ids(&ids)]).order("poll_options.priority").order("poll_options.id").all(conn).await?;
            for (poll_id, options) in grouped(found, |o| o.poll_id) {
                self.options_of_poll.put(poll_id, Arc::new(options));
            }
        }
        let ids = self.my_stances.take();
        if let (false, Some(viewer)) = (ids.is_empty(), self.viewer) {
            let found = Find::<Stance>::new("stances.poll_id = any($1) and stances.participant_id = $2 and stances.latest and stances.revoked_at is null", vec![sql::ids(&ids), viewer.into()])
                .order("stances.id")
                .all(conn)
                .await?;
            for row in found {
                self.my_stances.put(row.poll_id, Arc::new(row));
            }
        }
        let voters = "select poll_id, participant_id as user_id from stances where poll_id = any($1) and latest and revoked_at is null and participant_id is not null";
        let ids = self.undecided_voters.take();
        if !ids.is_empty() {
            let found: Vec<VoterOf> = sql::rows(conn, &format!("{voters} and cast_at is null order by id"), vec![sql::ids(&ids)]).await?;
            for (poll_id, voters) in grouped(found, |v| Some(v.poll_id)) {
                self.undecided_voters.put(poll_id, Arc::new(voters.into_iter().map(|v| v.user_id).collect()));
            }
        }
        let ids = self.none_of_the_above_voters.take();
        if !ids.is_empty() {
            let found: Vec<VoterOf> = sql::rows(conn, &format!("{voters} and cast_at is not null and none_of_the_above order by id"), vec![sql::ids(&ids)]).await?;
            for (poll_id, voters) in grouped(found, |v| Some(v.poll_id)) {
                self.none_of_the_above_voters.put(poll_id, Arc::new(voters.into_iter().map(|v| v.user_id).collect()));
            }
        }
        Ok(())
    }

    async fn fill_created_events(&mut self, conn: &impl ConnectionTrait, keys: &[(&'static str, i32)]) -> Result<()> {
        let kinds: Vec<String> = keys.iter().map(|(k, _)| (*k).to_owned()).collect();
        let ids: Vec<i32> = keys.iter().map(|(_, id)| *id).collect();
        let found = Find::<Event>::new("events.kind = any($1) and events.eventable_id = any($2)", vec![kinds.into(), sql::ids(&ids)]).order("events.id desc").all(conn).await?;
        for row in found {
            let class = row.eventable_type.as_deref();
            let kind = match row.kind.as_deref() {
                Some("new_discussion") if class == Some("Discussion") => "new_discussion",
                Some("discussion_forked") if class == Some("Discussion") => "discussion_forked",
                Some("poll_created") if class == Some("Poll") => "poll_created",
                _ => continue,
            };
            if let Some(id) = row.eventable_id {
                let row = Arc::new(row);
                self.events.put(row.id, Arc::clone(&row));
                self.created_events.put((kind, id), row);
            }
        }
        Ok(())
    }

    async fn fill_files(&mut self, conn: &impl ConnectionTrait, keys: &[FileKey]) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Attached {
            record_type: String,
            record_id: i64,
            attached_as: String,
            #[sea_orm(nested)]
            blob: StorageBlob,
        }
        let ids: Vec<i64> = keys.iter().map(|(_, _, id)| *id).collect();
        let types: Vec<String> = keys.iter().map(|(t, _, _)| (*t).to_owned()).collect();
        let names: Vec<String> = keys.iter().map(|(_, n, _)| (*n).to_owned()).collect();
        let attached: Vec<Attached> = sql::rows(
            conn,
            "select a.record_type, a.record_id, a.name as attached_as, b.* from active_storage_attachments a join active_storage_blobs b on b.id = a.blob_id \
             where a.record_type = any($1) and a.name = any($2) and a.record_id = any($3) order by a.id",
            vec![types.into(), names.into(), ids.into()],
        )
        .await?;
        let mut by_key: HashMap<FileKey, Vec<StorageBlob>> = HashMap::new();
        for a in attached {
            let Some(key) = keys.iter().find(|(t, n, id)| *t == a.record_type && *n == a.attached_as && *id == a.record_id) else { continue };
            by_key.entry(*key).or_default().push(a.blob);
        }
        for (key, blobs) in by_key {
            self.files.put(key, Arc::new(blobs));
        }
        Ok(())
    }
}
