//! Who may do what.
//!
//! A decision has two steps. First the facts: a struct of booleans for each
//! concept, filled from the database before anything is decided, so that no rule
//! ever waits or guesses. Then the rules, written in Polar beside each struct. A
//! decision is a pure function of the facts and is therefore remembered.
//!
//! Success is a [`Permit`], which only this module can make and which every write
//! of `loomio-db` demands: a forgotten check does not compile.
//!
//! ```
//! use loomio_core::policy::{self, comment::CommentFacts};
//! let facts = CommentFacts { has_discussion: true, member: true, ..CommentFacts::default() };
//! assert!(policy::authorize(&facts, "create").is_ok());
//! let closed = CommentFacts { closed: true, ..facts };
//! assert_eq!(policy::authorize(&closed, "create").unwrap_err().to_string(), "Not authorized to create Comment.");
//! ```

mod engine;

pub mod group;
pub mod discussion;
pub mod discussion_reader;
pub mod comment;
pub mod poll;
pub mod stance;
pub mod outcome;
pub mod membership;
pub mod membership_request;
pub mod event;
pub mod reaction;
pub mod tag;
pub mod task;
pub mod document;
pub mod attachment;
pub mod chatbot;
pub mod discussion_template;
pub mod poll_template;
pub mod received_email;
pub mod identity;
pub mod user;

/// What is known of one thing and the actor before deciding about it.
pub trait Facts: Copy + Send + Sync + 'static {
    /// The concept, as its rules are named.
    const CONCEPT: &'static str;
    /// The names of the facts, in the order of their bits.
    const FIELDS: &'static [&'static str];
    /// The facts as bits.
    fn bits(&self) -> u64;
}

/// Declares a struct of facts: public booleans, all false by default.
macro_rules! facts {
    ($(#[$doc:meta])* pub struct $name:ident for $concept:literal with $rules:literal { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$field_doc])* pub $field: bool,)* }

        impl super::Facts for $name {
            const CONCEPT: &'static str = $concept;
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            fn bits(&self) -> u64 {
                [$(self.$field),*].iter().enumerate().fold(0, |bits, (i, fact)| bits | (u64::from(*fact) << i))
            }
        }

        /// The rules, as Polar.
        pub(super) const RULES: &str = include_str!($rules);
    };
}
use facts;

/// The rules of all concepts.
const ALL_RULES: &[&str] = &[
    group::RULES,
    discussion::RULES,
    discussion_reader::RULES,
    comment::RULES,
    poll::RULES,
    stance::RULES,
    outcome::RULES,
    membership::RULES,
    membership_request::RULES,
    event::RULES,
    reaction::RULES,
    tag::RULES,
    task::RULES,
    document::RULES,
    attachment::RULES,
    chatbot::RULES,
    discussion_template::RULES,
    poll_template::RULES,
    received_email::RULES,
    identity::RULES,
    user::RULES,
];

/// Proof that somebody was allowed to do something, or that no person asked.
#[derive(Debug)]
pub struct Permit {
    reason: &'static str,
}

impl Permit {
    /// For what no person asks: jobs, imports, the consequences of a permitted act.
    #[must_use]
    pub const fn system(reason: &'static str) -> Self {
        Self { reason }
    }

    /// Why this permit exists: an action, or what the system does.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

/// A refusal, worded as the original words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What was asked for.
    pub action: String,
    /// What it was asked of, such as `Membership request`.
    pub subject: String,
}

impl Denied {
    /// A refusal without a rule behind it.
    #[must_use]
    pub fn new(action: &str, subject: &str) -> Self {
        Self { action: action.to_owned(), subject: subject.to_owned() }
    }

    /// A refusal of the whole page.
    #[must_use]
    pub fn page() -> Self {
        Self::new("", "")
    }
}

impl std::error::Error for Denied {}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.action.as_str(), self.subject.as_str()) {
            ("", _) => write!(f, "You are not authorized to access this page."),
            ("add_guests", subject) => write!(f, "You must upgrade your Loomio subscription to add guests to your {subject}. Alternatively, you can invite them to be members of your group."),
            (action, subject) => write!(f, "Not authorized to {action} {subject}."),
        }
    }
}

/// The concept's name in a refusal: `membership_request` is `Membership request`.
fn subject(concept: &str) -> String {
    let words = concept.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// Whether the rules allow an action.
pub fn allows<F: Facts>(facts: &F, action: &'static str) -> bool {
    engine::decide(F::CONCEPT, F::FIELDS, facts.bits(), action)
}

/// Decides about an action.
///
/// # Errors
/// When no rule allows it.
pub fn authorize<F: Facts>(facts: &F, action: &'static str) -> Result<Permit, Denied> {
    if allows(facts, action) { Ok(Permit { reason: action }) } else { Err(Denied { action: action.to_owned(), subject: subject(F::CONCEPT) }) }
}
