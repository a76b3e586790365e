//! Who hears of an event, and how.
//!
//! Every kind of event has a rule: the channels through which it is told, in
//! their order, and how far it reaches in the application and by mail. What the
//! rule needs to know of people is loaded beforehand.
//!
//! Source: `app/models/events/*.rb`, `app/models/concerns/events/**`,
//! `app/extras/queries/users_by_volume_query.rb`.

use crate::volume::{LOUD, NORMAL, QUIET};

/// A way of telling people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Browsers that look at the group or the thread.
    Live,
    /// The list of notifications of those addressed.
    InApp,
    /// Mail to those addressed.
    Mail,
    /// An event of its own for those who are mentioned for the first time.
    Mentions,
    /// Mail to everybody who wants to hear of everything.
    Followers,
    /// The group's chat rooms.
    ChatBots,
    /// Mail to the author of what it is about.
    Author,
}

use Channel::{Author, ChatBots, Followers, InApp, Live, Mail, Mentions};

/// How far one channel reaches among those addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nobody.
    Nobody,
    /// Everybody, even who left.
    Everybody,
    /// Everybody with an open account.
    Active,
    /// Those who belong to it and want to hear at least so much.
    Volume(i32),
    /// The same without who did it.
    OthersByVolume(i32),
    /// Those with a verified address.
    Verified,
    /// Those with a verified address who want mail when mentioned.
    WhenMentioned,
}

/// How an event is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The channels, in the order in which they are used.
    pub channels: &'static [Channel],
    /// Who is notified in the application.
    pub in_app: Reach,
    /// Who gets mail.
    pub mail: Reach,
    /// Whether a complaint about mail of ours stops it.
    pub spares_complainers: bool,
    /// Whether browsers are told of the notifications at once.
    pub live_notifications: bool,
}

const LISTED: Rule = Rule { channels: &[], in_app: Reach::OthersByVolume(QUIET), mail: Reach::Volume(NORMAL), spares_complainers: true, live_notifications: true };
const ONE: Rule = Rule { in_app: Reach::Active, mail: Reach::Active, ..LISTED };

/// The rule of a kind of event. Kinds that nothing publishes any more, and those
/// that are only recorded, are told to nobody.
#[must_use]
pub fn rule(kind: &str) -> Rule {
    match kind {
        "comment_edited" => Rule { channels: &[Live, Mentions], ..LISTED },
        "discussion_closed" | "discussion_reopened" | "discussion_moved" => Rule { channels: &[Live], ..LISTED },
        "discussion_announced" | "poll_reminder" => Rule { channels: &[InApp, Mail, ChatBots], ..LISTED },
        "discussion_edited" => Rule { channels: &[Live, InApp, Mail, Mentions, ChatBots], ..LISTED },
        "new_discussion" => Rule { channels: &[Live, InApp, Mail, Mentions, Followers, ChatBots], ..LISTED },
        "new_comment" => Rule { channels: &[Mail, Mentions, ChatBots, Followers, Live], ..LISTED },
        "poll_created" => Rule { channels: &[Live, Mentions, ChatBots, Mail, InApp, Followers], ..LISTED },
        "poll_edited" => Rule { channels: &[Live, InApp, Mail, Mentions, ChatBots, Followers], ..LISTED },
        "poll_closed_by_user" => Rule { channels: &[Live, ChatBots], ..LISTED },
        "poll_announced" => Rule { channels: &[InApp, Mail, ChatBots], in_app: Reach::Active, ..LISTED },
        "poll_closing_soon" => Rule { channels: &[InApp, Author, Mail, ChatBots], in_app: Reach::Volume(QUIET), ..LISTED },
        "poll_expired" => Rule { channels: &[Author, InApp, ChatBots], in_app: Reach::Everybody, mail: Reach::Nobody, live_notifications: false, ..LISTED },
        "stance_created" | "stance_updated" => Rule { channels: &[Live, InApp, Mentions, ChatBots, Followers], ..LISTED },
        "outcome_announced" | "membership_created" => Rule { channels: &[InApp, Mail], ..LISTED },
        "outcome_created" | "outcome_updated" => Rule { channels: &[Mentions, InApp, Mail, ChatBots, Live, Followers], ..LISTED },
        "outcome_review_due" => Rule { channels: &[InApp, Mail, ChatBots], in_app: Reach::Volume(QUIET), ..LISTED },
        "reaction_created" | "invitation_accepted" => Rule { channels: &[InApp, Live], ..ONE },
        "membership_request_approved" => Rule { channels: &[InApp, Mail], spares_complainers: false, ..ONE },
        "membership_requested" | "new_delegate" => Rule { channels: &[InApp, Mail], mail: Reach::Volume(NORMAL), ..ONE },
        "membership_resent" => Rule { channels: &[Mail], ..ONE },
        "new_coordinator" | "unknown_sender" => Rule { channels: &[InApp], ..ONE },
        "user_mentioned" => Rule { channels: &[InApp, Mail], in_app: Reach::Verified, mail: Reach::WhenMentioned, ..LISTED },
        "group_mentioned" => Rule { channels: &[InApp, Mail], in_app: Reach::Volume(QUIET), ..LISTED },
        _ => Rule { in_app: Reach::Nobody, mail: Reach::Nobody, ..LISTED },
    }
}

impl Rule {
    /// Whether a channel is used.
    #[must_use]
    pub fn uses(&self, channel: Channel) -> bool {
        self.channels.contains(&channel)
    }

    /// Whether mentions are told before the mails go out, so that the mentioned
    /// get both.
    fn mentions_first(&self) -> bool {
        self.channels.iter().find(|c| matches!(c, Mail | Mentions)) == Some(&Mentions)
    }
}

/// What is known of somebody who may hear of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts are booleans")]
pub struct Person {
    /// The user.
    pub id: i32,
    /// Whether the account is open.
    pub active: bool,
    /// Whether the address is verified.
    pub verified: bool,
    /// Whether they complained about mail of ours.
    pub complains: bool,
    /// Whether they want mail when mentioned.
    pub wants_mentions: bool,
    /// Whether they belong to what it is about, or were never part of it; false
    /// when they left or were removed.
    pub connected: bool,
    /// How much they want to hear of it.
    pub volume: i32,
}

impl Person {
    fn reached(&self, reach: Reach, actor: Option<i32>) -> bool {
        match reach {
            Reach::Nobody => false,
            Reach::Everybody => true,
            Reach::Active => self.active,
            Reach::Volume(least) => self.active && self.connected && self.volume >= least,
            Reach::OthersByVolume(least) => self.active && self.connected && self.volume >= least && Some(self.id) != actor,
            Reach::Verified => self.active && self.verified,
            Reach::WhenMentioned => self.active && self.verified && self.wants_mentions,
        }
    }
}

/// What is known of an event before it is decided who hears of it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who did it; nobody when that is secret.
    pub actor: Option<i32>,
    /// Who wrote what it is about.
    pub author: Option<i32>,
    /// Whether the author asked for mail whatever their volume.
    pub author_asks: bool,
    /// Whom it is addressed to.
    pub addressed: Vec<Person>,
    /// Those whose volume for the thread or poll is the loudest.
    pub followers: Vec<Person>,
    /// The named recipients of the event; they are not told again as followers.
    pub listed: Vec<i32>,
    /// Everybody mentioned in the text, now or before.
    pub mentioned: Vec<i32>,
    /// Those mentioned for the first time.
    pub newly_mentioned: Vec<Person>,
    /// The members of the groups mentioned in the text.
    pub in_mentioned_groups: Vec<i32>,
}

/// Who hears of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// Those notified in the application.
    pub in_app: Vec<i32>,
    /// Those who get mail because they are addressed.
    pub mail: Vec<i32>,
    /// The author, if they get mail.
    pub author_mail: Option<i32>,
    /// Those who get mail because they follow.
    pub followers: Vec<i32>,
}

/// Decides who hears of an event.
#[must_use]
pub fn audience(rule: &Rule, facts: &Facts) -> Audience {
    let mut out = Audience::default();
    if rule.uses(InApp) {
        out.in_app = facts.addressed.iter().filter(|p| p.reached(rule.in_app, facts.actor)).map(|p| p.id).collect();
    }
    if rule.uses(Mail) {
        // Who is told of the mention first is no longer newly mentioned.
        let spared = |id: i32| rule.uses(Mentions) && facts.newly_mentioned.iter().any(|p| p.id == id && !(rule.mentions_first() && p.reached(Reach::Verified, None)));
        out.mail = facts.addressed.iter().filter(|p| p.reached(rule.mail, facts.actor) && !(rule.spares_complainers && p.complains) && !spared(p.id)).map(|p| p.id).collect();
    }
    if rule.uses(Author) {
        let loud_enough = |author: &i32| facts.author_asks || facts.addressed.iter().any(|p| p.id == *author && rule.in_app == Reach::Everybody && p.reached(Reach::Volume(NORMAL), None));
        out.author_mail = facts.author.filter(loud_enough);
    }
    if rule.uses(Followers) {
        let told = |id: &i32| Some(*id) == facts.author || facts.listed.contains(id) || facts.mentioned.contains(id) || facts.in_mentioned_groups.contains(id);
        out.followers = facts.followers.iter().filter(|p| p.reached(Reach::Volume(LOUD), None) && !p.complains && !told(&p.id)).map(|p| p.id).collect();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIVE: Person = Person { id: 0, active: true, verified: true, complains: false, wants_mentions: true, connected: true, volume: NORMAL };

    fn people(ids: &[i32]) -> Vec<Person> {
        ids.iter().map(|id| Person { id: *id, ..ACTIVE }).collect()
    }

    fn check(kind: &str, facts: &Facts, in_app: &[i32], mail: &[i32], followers: &[i32]) {
        let told = audience(&rule(kind), facts);
        assert_eq!((told.in_app.as_slice(), told.mail.as_slice(), told.followers.as_slice()), (in_app, mail, followers), "{kind}");
    }

    #[test]
    fn the_volume_decides_among_those_named() {
        let addressed = vec![
            Person { id: 1, ..ACTIVE },
            Person { id: 2, volume: QUIET, ..ACTIVE },
            Person { id: 3, volume: 0, ..ACTIVE },
            Person { id: 4, connected: false, ..ACTIVE },
            Person { id: 5, active: false, ..ACTIVE },
            Person { id: 6, complains: true, ..ACTIVE },
            Person { id: 7, ..ACTIVE },
        ];
        let facts = Facts { actor: Some(7), addressed, ..Facts::default() };
        check("discussion_announced", &facts, &[1, 2, 6], &[1, 7], &[]);
        check("poll_announced", &facts, &[1, 2, 3, 4, 6, 7], &[1, 7], &[]);
        check("membership_request_approved", &facts, &[1, 2, 3, 4, 6, 7], &[1, 2, 3, 4, 6, 7], &[]);
        check("user_joined_group", &facts, &[], &[], &[]);
    }

    #[test]
    fn mentioned_people_get_one_mail_unless_mentions_come_first() {
        let facts = Facts { actor: Some(9), addressed: people(&[1, 2]), newly_mentioned: people(&[2]), mentioned: vec![2], ..Facts::default() };
        check("new_discussion", &facts, &[1, 2], &[1], &[]);
        check("outcome_created", &facts, &[1, 2], &[1, 2], &[]);
        // An unverified person cannot be told of a mention and stays newly mentioned.
        let unverified = Facts { newly_mentioned: vec![Person { id: 2, verified: false, ..ACTIVE }], ..facts };
        check("outcome_created", &unverified, &[1, 2], &[1], &[]);
    }

    #[test]
    fn followers_hear_once() {
        let followers = (1..=6).map(|id| Person { id, volume: LOUD, ..ACTIVE }).collect();
        let facts = Facts { author: Some(1), listed: vec![2], mentioned: vec![3], in_mentioned_groups: vec![4], followers, ..Facts::default() };
        check("new_comment", &facts, &[], &[], &[5, 6]);
        check("comment_edited", &facts, &[], &[], &[]);
    }

    #[test]
    fn authors_of_polls_hear_of_their_end() {
        let told = |kind: &str, facts: &Facts| audience(&rule(kind), facts).author_mail;
        let quiet = Facts { author: Some(1), addressed: vec![Person { id: 1, volume: QUIET, ..ACTIVE }], ..Facts::default() };
        assert_eq!(told("poll_expired", &quiet), None);
        assert_eq!(told("poll_expired", &Facts { addressed: people(&[1]), ..quiet.clone() }), Some(1));
        assert_eq!(told("poll_closing_soon", &Facts { author_asks: true, ..quiet.clone() }), Some(1));
        assert_eq!(told("poll_closing_soon", &Facts { addressed: people(&[1]), ..quiet }), None);
    }
}
