//! The templates that everybody has without having made any.
//!
//! Each is a few facts and the prefix of its words; the words are ours, under the
//! original's keys (`config/poll_templates.yml`, `config/discussion_templates.yml`).

use crate::i18n::I18n;
use loomio_core::poll::{Kind, kind::KINDS};
use loomio_db::rows::{DiscussionTemplate, PollTemplate};
use serde_json::{Value as Json, json};

/// An option of a default template of polls.
struct Choice {
    key: Option<&'static str>,
    icon: &'static str,
    color: Option<&'static str>,
    /// The i18n key of its name.
    name: &'static str,
    /// What its meaning and prompt are called below `poll_templates`.
    words: &'static str,
}

const fn choice(key: &'static str, icon: &'static str, color: &'static str, name: &'static str, words: &'static str) -> Choice {
    Choice { key: Some(key), icon, color: Some(color), name, words }
}

/// A default template of polls.
struct Poll {
    key: &'static str,
    kind: &'static str,
    /// The i18n key of its name.
    name: &'static str,
    /// What its words are called below `poll_templates`.
    words: &'static str,
    days: Option<i32>,
    tags: &'static [&'static str],
    /// Whether the title is given, or only suggested.
    titled: bool,
    asks_reason: bool,
    has_outcome: bool,
    shuffles: bool,
    tells_all_voters: bool,
    choices: &'static [Choice],
}

const BLUE: &str = "#70C9F8";
const LIME: &str = "#C8E56E";
const PINK: &str = "#D38FE1";
const GREY: &str = "#999FDE";
const AGREE: &str = "poll_proposal_options.agree";
const ABSTAIN: &str = "poll_proposal_options.abstain";
const DISAGREE: &str = "poll_proposal_options.disagree";
const YES_OR_NO: &[Choice] =
    &[choice("agree", "agree", BLUE, AGREE, "proposal.agree"), choice("abstain", "abstain", LIME, ABSTAIN, "proposal.abstain"), choice("disagree", "disagree", PINK, DISAGREE, "proposal.disagree")];

const PLAIN: Poll =
    Poll { key: "", kind: "proposal", name: "", words: "", days: None, tags: &[], titled: false, asks_reason: false, has_outcome: false, shuffles: false, tells_all_voters: false, choices: &[] };

/// All default templates of polls, in the order in which they are shown.
const POLLS: &[Poll] = &[
    Poll { key: "practice_proposal", name: "poll_templates.practice_proposal.process_name", words: "practice_proposal", days: Some(7), titled: true, has_outcome: true, choices: YES_OR_NO, ..PLAIN },
    Poll {
        key: "question",
        kind: "question",
        name: "poll_common.question_round",
        words: "question_round",
        days: Some(5),
        tags: &["poll_common.question_round"],
        asks_reason: true,
        has_outcome: true,
        ..PLAIN
    },
    Poll {
        key: "count",
        kind: "count",
        name: "decision_tools_card.count_title",
        words: "opt_in",
        days: Some(3),
        choices: &[choice("accept", "agree", BLUE, "poll_count_options.accept", "opt_in.accept"), choice("decline", "disagree", LIME, "poll_count_options.decline", "opt_in.decline")],
        ..PLAIN
    },
    Poll {
        key: "check",
        name: "decision_tools_card.check_title",
        words: "sense_check",
        days: Some(3),
        tags: &["decision_tools_card.check_title"],
        has_outcome: true,
        choices: &[
            choice("looks_good", "agree", BLUE, "poll_templates.sense_check.looks_good", "sense_check.looks_good"),
            choice("abstain", "abstain", BLUE, ABSTAIN, "sense_check.abstain"),
            choice("concerned", "disagree", LIME, "poll_templates.sense_check.concerned", "sense_check.concerned"),
        ],
        ..PLAIN
    },
    Poll { key: "proposal", name: "decision_tools_card.proposal_title", words: "proposal", days: Some(7), choices: YES_OR_NO, ..PLAIN },
    Poll { key: "meeting", kind: "meeting", name: "decision_tools_card.meeting_title", words: "time_poll", days: Some(3), asks_reason: true, ..PLAIN },
    Poll { key: "poll", kind: "poll", name: "poll_common_form.voting_methods.simple_poll", words: "simple_poll", days: Some(3), ..PLAIN },
    Poll { key: "dot_vote", kind: "dot_vote", name: "decision_tools_card.dot_vote_title", words: "dot_vote", days: Some(3), ..PLAIN },
    Poll { key: "score", kind: "score", name: "decision_tools_card.score_title", words: "score_poll", days: Some(3), ..PLAIN },
    Poll { key: "ranked_choice", kind: "ranked_choice", name: "decision_tools_card.ranked_choice_title", words: "ranked_choice", shuffles: true, ..PLAIN },
    Poll {
        key: "advice",
        name: "decision_tools_card.advice_title",
        words: "advice",
        tags: &["poll_common.advice_process"],
        has_outcome: true,
        choices: &[choice("agree", "agree", BLUE, AGREE, "advice.agree"), choice("abstain", "abstain", BLUE, ABSTAIN, "advice.abstain")],
        ..PLAIN
    },
    Poll {
        key: "consent",
        name: "decision_tools_card.consent_title",
        words: "consent",
        days: Some(7),
        tags: &["poll_common.consent_process"],
        has_outcome: true,
        choices: &[
            Choice { key: None, icon: "agree", color: None, name: "poll_proposal_options.consent", words: "consent.consent" },
            Choice { key: None, icon: "disagree", color: None, name: "poll_proposal_options.objection", words: "consent.objection" },
        ],
        ..PLAIN
    },
    Poll {
        key: "consensus",
        name: "decision_tools_card.consensus_title",
        words: "consensus",
        days: Some(7),
        tags: &["poll_common.consensus_process"],
        has_outcome: true,
        tells_all_voters: true,
        choices: &[
            choice("agree", "agree", BLUE, AGREE, "consensus.agree"),
            choice("abstain", "abstain", LIME, ABSTAIN, "consensus.abstain"),
            choice("disagree", "disagree", PINK, DISAGREE, "consensus.disagree"),
            choice("block", "block", GREY, "poll_proposal_options.block", "consensus.block"),
        ],
        ..PLAIN
    },
    Poll {
        key: "gradients_of_agreement",
        name: "decision_tools_card.gradients_of_agreement_title",
        words: "gradients_of_agreement",
        days: Some(5),
        tags: &["decision_tools_card.gradients_of_agreement_title"],
        choices: &[
            choice("endorsement", "agree", BLUE, "poll_templates.gradients_of_agreement.whole_hearted_endorsement", "gradients_of_agreement.whole_hearted_endorsement"),
            choice("agreement_with_contention", "agree", BLUE, "poll_templates.gradients_of_agreement.agreement_with_minor_contention", "gradients_of_agreement.agreement_with_minor_contention"),
            choice("support_with_reservations", "agree", BLUE, "poll_templates.gradients_of_agreement.support_with_reservations", "gradients_of_agreement.support_with_reservations"),
            choice("abstain", "abstain", LIME, ABSTAIN, "gradients_of_agreement.abstain"),
            choice("more_discussion_needed", "disagree", PINK, "poll_templates.gradients_of_agreement.more_discussion_needed", "gradients_of_agreement.more_discussion_needed"),
            choice("dont_like_but_will_support", "disagree", PINK, "poll_templates.gradients_of_agreement.don_t_like_but_will_support", "gradients_of_agreement.don_t_like_but_will_support"),
            choice("serious_disagreement", "disagree", PINK, "poll_templates.gradients_of_agreement.serious_disagreement", "gradients_of_agreement.serious_disagreement"),
            choice("veto", "block", GREY, "poll_templates.gradients_of_agreement.veto", "gradients_of_agreement.veto"),
        ],
        ..PLAIN
    },
];

/// The words of the application in one language.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// All words.
    pub i18n: &'a I18n,
    /// The language.
    pub locale: &'a str,
}

impl Words<'_> {
    fn say(&self, key: &str) -> String {
        self.i18n.text(self.locale, key, &[])
    }

    fn of_poll(&self, words: &str, part: &str) -> Option<String> {
        Some(self.say(&format!("poll_templates.{words}.{part}")))
    }

    fn of_thread(&self, key: &str, part: &str) -> Option<String> {
        Some(self.say(&format!("discussion_templates.{key}.{part}")))
    }
}

/// Whether a key names a default template of polls.
#[must_use]
pub fn has_poll(key: &str) -> bool {
    POLLS.iter().any(|p| p.key == key)
}

/// The default templates of polls, none of them stored.
#[must_use]
pub fn polls(words: Words<'_>) -> Vec<PollTemplate> {
    POLLS.iter().map(|p| poll(p, words)).collect()
}

fn poll(p: &Poll, words: Words<'_>) -> PollTemplate {
    let kind = Kind::named(p.kind).unwrap_or(&KINDS[0]);
    let title = words.of_poll(p.words, "title");
    let (title, title_placeholder) = if p.titled { (title, None) } else { (None, title) };
    PollTemplate {
        key: Some(p.key.to_owned()),
        poll_type: p.kind.to_owned(),
        process_name: Some(words.say(p.name)),
        process_subtitle: words.of_poll(p.words, "process_subtitle"),
        process_introduction: words.of_poll(p.words, "process_introduction"),
        process_introduction_format: "html".to_owned(),
        title,
        title_placeholder,
        details: words.of_poll(p.words, "details"),
        details_format: "html".to_owned(),
        reason_prompt: words.of_poll(p.words, "reason_prompt").filter(|_| p.asks_reason),
        outcome_statement: words.of_poll(p.words, "outcome_statement").filter(|_| p.has_outcome),
        tags: Some(p.tags.iter().map(|t| words.say(t)).collect()),
        poll_options: Json::Array(p.choices.iter().map(|c| choice_json(c, words)).collect()),
        poll_option_name_format: kind.option_name_format.to_owned(),
        chart_type: Some(kind.chart_type.to_owned()),
        min_score: kind.min_score,
        max_score: kind.max_score,
        minimum_stance_choices: kind.minimum_stance_choices,
        maximum_stance_choices: kind.maximum_stance_choices,
        dots_per_person: kind.dots_per_person,
        default_duration_in_days: p.days.unwrap_or(kind.default_duration_in_days),
        agree_target: matches!(p.kind, "count" | "check").then_some(5),
        meeting_duration: (p.kind == "meeting").then_some(60),
        stance_reason_required: if p.kind == "question" { 2 } else { 1 },
        notify_on_closing_soon: if p.tells_all_voters { 3 } else { 2 },
        shuffle_options: p.shuffles,
        ..PollTemplate::default()
    }
}

fn choice_json(c: &Choice, words: Words<'_>) -> Json {
    let said = |part: &str| words.say(&format!("poll_templates.{}_{part}", c.words));
    let mut told = json!({"name": words.say(c.name), "icon": c.icon, "meaning": said("meaning"), "prompt": said("prompt")});
    if let Json::Object(fields) = &mut told {
        fields.extend(c.key.map(|key| ("key".to_owned(), json!(key))));
        fields.extend(c.color.map(|color| ("color".to_owned(), json!(color))));
    }
    told
}

/// How the title of a default template of threads is given.
#[derive(PartialEq, Eq)]
enum Title {
    Given,
    Suggested,
    Absent,
}

/// A default template of threads.
struct Thread {
    key: &'static str,
    title: Title,
    described: bool,
    tags: &'static [&'static str],
    position: i32,
    newest_first: bool,
    max_depth: i32,
}

const THREAD: Thread = Thread { key: "", title: Title::Suggested, described: true, tags: &[], position: 4, newest_first: false, max_depth: 3 };

/// All default templates of threads, in the order in which they are made.
const THREADS: &[Thread] = &[
    Thread { key: "build_a_policy", tags: &["discussion_templates.build_a_policy.policy"], max_depth: 2, ..THREAD },
    Thread { key: "elect_a_governance_position", tags: &["discussion_templates.elect_a_governance_position.election"], max_depth: 2, ..THREAD },
    Thread { key: "funding_decision", tags: &["decision_tools_card.meeting"], max_depth: 2, ..THREAD },
    Thread { key: "prepare_for_a_meeting", tags: &["decision_tools_card.meeting"], max_depth: 2, ..THREAD },
    Thread { key: "share_links_and_info", tags: &["discussion_templates.share_links_and_info.information"], position: 6, newest_first: true, ..THREAD },
    Thread { key: "approve_a_document", tags: &["doctypes.document"], ..THREAD },
    Thread { key: "decision_by_consensus", tags: &["discussion_templates.decision_by_consensus.consensus"], ..THREAD },
    Thread { key: "consent_process", tags: &["discussion_templates.consent_process.consent"], position: 3, ..THREAD },
    Thread { key: "advice_process", tags: &["discussion_templates.advice_process.advice"], position: 3, ..THREAD },
    Thread { key: "onboarding_to_loomio", title: Title::Given, tags: &["discussion_templates.onboarding_to_loomio.onboarding"], position: 2, ..THREAD },
    Thread { key: "discuss_a_topic", position: 1, ..THREAD },
    Thread { key: "blank", title: Title::Absent, described: false, position: 0, ..THREAD },
    Thread { key: "practice_thread", title: Title::Given, position: 0, ..THREAD },
];

/// The default templates of threads, none of them stored.
#[must_use]
pub fn threads(words: Words<'_>) -> Vec<DiscussionTemplate> {
    THREADS.iter().map(|t| thread(t, words)).collect()
}

/// Which default templates a new group starts with.
#[must_use]
pub fn threads_of(category: Option<&str>, is_subgroup: bool) -> &'static [&'static str] {
    match category {
        Some("board") => &["blank", "discuss_a_topic", "practice_thread", "approve_a_document", "prepare_for_a_meeting", "funding_decision"],
        Some("membership") => &["blank", "discuss_a_topic", "practice_thread", "share_links_and_info", "decision_by_consensus", "elect_a_governance_position"],
        Some("self_managing") => &["blank", "discuss_a_topic", "practice_thread", "advice_process", "consent_process"],
        Some("other") => &["blank", "discuss_a_topic", "practice_thread", "approve_a_document", "advice_process", "consent_process"],
        _ if is_subgroup => &["blank"],
        _ => &["blank", "practice_thread"],
    }
}

fn thread(t: &Thread, words: Words<'_>) -> DiscussionTemplate {
    DiscussionTemplate {
        key: Some(t.key.to_owned()),
        process_name: words.of_thread(t.key, "process_name"),
        process_subtitle: words.of_thread(t.key, "process_subtitle"),
        process_introduction: words.of_thread(t.key, "process_introduction"),
        process_introduction_format: "html".to_owned(),
        title: words.of_thread(t.key, "title").filter(|_| t.title == Title::Given),
        title_placeholder: words.of_thread(t.key, "title_placeholder").filter(|_| t.title == Title::Suggested),
        description: words.of_thread(t.key, "description").filter(|_| t.described),
        description_format: "html".to_owned(),
        tags: Some(t.tags.iter().map(|key| words.say(key)).collect()),
        position: Some(t.position),
        newest_first: t.newest_first,
        max_depth: t.max_depth,
        recipient_audience: Some("group".to_owned()),
        ..DiscussionTemplate::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_has_all_its_words() {
        let i18n = I18n::new();
        let words = Words { i18n: &i18n, locale: "en" };
        // A key without words of its own is shown as its last part.
        const BARE: [&str; 9] = ["title", "details", "description", "process name", "process subtitle", "process introduction", "title placeholder", "outcome statement", "reason prompt"];
        let check = |key: &Option<String>, text: &Option<String>| assert!(!text.as_deref().is_some_and(|t| BARE.contains(&t)), "{key:?} lacks its {text:?}");
        for t in polls(words) {
            for text in [&t.process_name, &t.process_subtitle, &t.process_introduction, &t.title, &t.title_placeholder, &t.details, &t.reason_prompt, &t.outcome_statement] {
                check(&t.key, text);
            }
            for option in t.poll_options.as_array().into_iter().flatten() {
                for part in ["meaning", "prompt"] {
                    let text = option[part].as_str().unwrap_or_default();
                    assert!(!text.is_empty() && !text.ends_with(&format!(" {part}")), "{:?} lacks the {part} of {option}", t.key);
                }
            }
        }
        for t in threads(words) {
            for text in [&t.process_name, &t.process_subtitle, &t.process_introduction, &t.title, &t.title_placeholder, &t.description] {
                check(&t.key, text);
            }
        }
    }
}
