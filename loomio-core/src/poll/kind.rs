//! The nine types of poll as one table.
//!
//! Source: `config/poll_types.yml` and the `TEMPLATE_DEFAULT_FIELDS` of
//! `app/models/poll.rb`. None of them is a transferable-vote method; ranked
//! choice counts points.

/// How the rows of a result are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As the options were written.
    Priority,
    /// Most points first.
    TotalScore,
}

/// What a poll type is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind {
    /// The stored name.
    pub name: &'static str,
    /// How people vote.
    pub vote_method: &'static str,
    /// How results are ordered.
    pub order: Order,
    /// `plain` or `iso8601` (dates and times).
    pub option_name_format: &'static str,
    /// The chart shown with results.
    pub chart_type: &'static str,
    /// The lowest score of an option.
    pub min_score: Option<i32>,
    /// The highest score of an option.
    pub max_score: Option<i32>,
    /// How many options must be chosen.
    pub minimum_stance_choices: Option<i32>,
    /// How many options may be chosen.
    pub maximum_stance_choices: Option<i32>,
    /// How many points a voter may give in all.
    pub dots_per_person: Option<i32>,
    /// How long a poll lasts unless told otherwise, in days.
    pub default_duration_in_days: i32,
    /// Whether too few choices are refused.
    pub checks_minimum: bool,
    /// Whether too many choices are refused.
    pub checks_maximum: bool,
    /// Whether scores below the lowest are refused.
    pub checks_min_score: bool,
    /// Whether scores above the highest are refused.
    pub checks_max_score: bool,
    /// Whether more points than a voter has are refused.
    pub checks_dots: bool,
    /// Whether every option must be answered.
    pub requires_all_choices: bool,
    /// Options with a name, an icon and words of their own: (key, icon, i18n prefix).
    pub common_options: &'static [CommonOption],
}

/// An option that may be given by its key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonOption {
    /// What the client sends.
    pub key: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The i18n key of its name.
    pub name: &'static str,
    /// The i18n key of its meaning.
    pub meaning: &'static str,
    /// The i18n key of the question asked of who chooses it.
    pub prompt: &'static str,
}

macro_rules! option {
    ($key:literal, $icon:literal, $name:literal, $words:literal) => {
        CommonOption { key: $key, icon: $icon, name: $name, meaning: concat!("poll_templates.", $words, "_meaning"), prompt: concat!("poll_templates.", $words, "_prompt") }
    };
}

const ACCEPT: CommonOption = option!("accept", "agree", "poll_count_options.accept", "opt_in.accept");
const DECLINE: CommonOption = option!("decline", "disagree", "poll_count_options.decline", "opt_in.decline");

const BASE: Kind = Kind {
    name: "",
    vote_method: "",
    order: Order::Priority,
    option_name_format: "plain",
    chart_type: "bar",
    min_score: None,
    max_score: None,
    minimum_stance_choices: None,
    maximum_stance_choices: None,
    dots_per_person: None,
    default_duration_in_days: 3,
    checks_minimum: false,
    checks_maximum: false,
    checks_min_score: false,
    checks_max_score: false,
    checks_dots: false,
    requires_all_choices: false,
    common_options: &[],
};

const THUMBS: Kind = Kind {
    vote_method: "show_thumbs",
    chart_type: "pie",
    min_score: Some(1),
    max_score: Some(1),
    minimum_stance_choices: Some(1),
    maximum_stance_choices: Some(1),
    dots_per_person: Some(1),
    checks_minimum: true,
    checks_dots: true,
    ..BASE
};

const POINTS: Kind = Kind { order: Order::TotalScore, checks_min_score: true, ..BASE };

/// All types, by name.
pub const KINDS: [Kind; 9] = [
    Kind {
        name: "proposal",
        default_duration_in_days: 7,
        common_options: &[
            option!("agree", "agree", "poll_proposal_options.agree", "proposal.agree"),
            option!("abstain", "abstain", "poll_proposal_options.abstain", "proposal.abstain"),
            option!("disagree", "disagree", "poll_proposal_options.disagree", "proposal.disagree"),
            option!("block", "block", "poll_templates.consensus.block", "consensus.block"),
            option!("veto", "block", "poll_templates.gradients_of_agreement.veto", "gradients_of_agreement.veto"),
            option!("consent", "agree", "poll_proposal_options.consent", "consent.consent"),
            option!("objection", "disagree", "poll_proposal_options.objection", "consent.objection"),
            option!("object", "disagree", "poll_proposal_options.object", "consent.objection"),
            option!("looks_good", "agree", "poll_check_options.looks_good", "sense_check.looks_good"),
            ACCEPT,
            DECLINE,
        ],
        ..THUMBS
    },
    Kind {
        name: "check",
        checks_maximum: true,
        common_options: &[
            option!("looks_good", "agree", "poll_templates.sense_check.looks_good", "sense_check.looks_good"),
            option!("not_sure", "abstain", "poll_templates.sense_check.not_sure", "sense_check.not_sure"),
            option!("concerned", "disagree", "poll_templates.sense_check.concerned", "sense_check.concerned"),
        ],
        ..THUMBS
    },
    Kind { name: "count", chart_type: "bar", checks_maximum: true, common_options: &[ACCEPT, DECLINE], ..THUMBS },
    Kind {
        name: "poll",
        vote_method: "choose",
        min_score: Some(1),
        max_score: Some(1),
        minimum_stance_choices: Some(1),
        maximum_stance_choices: Some(1),
        checks_minimum: true,
        checks_maximum: true,
        checks_max_score: true,
        ..POINTS
    },
    Kind { name: "score", vote_method: "score", min_score: Some(0), max_score: Some(5), minimum_stance_choices: Some(1), checks_max_score: true, ..POINTS },
    Kind { name: "dot_vote", vote_method: "allocate", min_score: Some(0), minimum_stance_choices: Some(0), dots_per_person: Some(8), checks_dots: true, ..POINTS },
    Kind { name: "ranked_choice", vote_method: "ranked_choice", min_score: Some(1), minimum_stance_choices: Some(3), checks_minimum: true, ..POINTS },
    Kind {
        name: "meeting",
        vote_method: "time_poll",
        option_name_format: "iso8601",
        chart_type: "grid",
        min_score: Some(0),
        max_score: Some(2),
        checks_min_score: true,
        checks_max_score: true,
        requires_all_choices: true,
        ..BASE
    },
    Kind {
        name: "question",
        vote_method: "reason_only",
        order: Order::TotalScore,
        chart_type: "none",
        min_score: Some(0),
        max_score: Some(0),
        minimum_stance_choices: Some(0),
        maximum_stance_choices: Some(0),
        dots_per_person: Some(0),
        default_duration_in_days: 7,
        ..BASE
    },
];

impl Kind {
    /// The type with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|k| k.name == name)
    }

    /// The columns of the table of results; a target changes those of a count.
    #[must_use]
    pub fn result_columns(&self, has_target: bool) -> &'static [&'static str] {
        match self.name {
            "proposal" => &["chart", "name", "votes", "votes_cast_percent", "voter_percent", "voters"],
            "check" => &["chart", "name", "voter_percent", "voter_count", "voters"],
            "count" if has_target => &["chart", "name", "target_percent", "voter_count", "voters"],
            "count" => &["chart", "name", "voter_count", "voters"],
            "ranked_choice" => &["chart", "name", "rank", "score_percent", "score", "average", "voter_count"],
            "dot_vote" => &["chart", "name", "score_percent", "score", "average", "voter_count"],
            "score" => &["chart", "name", "score", "average", "voter_count"],
            "poll" => &["chart", "name", "score_percent", "voter_count", "voters"],
            "meeting" => &["chart", "name", "score", "voters"],
            _ => &[],
        }
    }

    /// The column that the chart draws.
    #[must_use]
    pub fn chart_column(&self, has_target: bool) -> &'static str {
        match self.name {
            "count" if has_target => "target_percent",
            "count" => "voter_percent",
            "check" | "proposal" => "score_percent",
            _ => "max_score_percent",
        }
    }
}
