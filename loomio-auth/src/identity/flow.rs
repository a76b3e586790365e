//! One way to another site and back, remembered in the browser's session, so that
//! only the browser that went there can come back, once and within an hour.
//!
//! The original remembers nothing: any answer of the other site signs any browser
//! in (`app/controllers/identities/base_controller.rb`).

use super::Kind;
use crate::Session;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::NaiveDateTime;
use rand::RngCore;
use serde_json::{Value as Json, json};
use subtle::ConstantTimeEq;

/// The session's key.
const KEY: &str = "identity_flow";

/// For how many seconds somebody may stay at the other site.
const PATIENCE: i64 = 3600;

/// One way there and back.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// The site's kind.
    pub kind: Kind,
    /// Whether a page of ours was left for it; otherwise another site sent the
    /// browser on this way, perhaps without its owner's will.
    pub is_from_here: bool,
    state: String,
    verifier: String,
    began: i64,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // State and verifier are secrets of the browser.
        f.debug_struct("Flow").field("kind", &self.kind).field("is_from_here", &self.is_from_here).finish_non_exhaustive()
    }
}

fn secret(rng: &mut impl RngCore) -> String {
    let mut bytes = [0u8; 32];
    rng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Flow {
    /// Sets out at `now` (UTC).
    pub fn begin(kind: Kind, is_from_here: bool, now: NaiveDateTime, rng: &mut impl RngCore) -> Self {
        Self { kind, is_from_here, state: secret(rng), verifier: secret(rng), began: now.and_utc().timestamp() }
    }

    /// What the other site must bring back.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The secret that shows the other site who set out (PKCE).
    #[must_use]
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// Remembers the way; an earlier one is forgotten.
    pub fn keep(&self, session: &mut Session) {
        let kept = json!({"kind": self.kind.name(), "here": self.is_from_here, "state": self.state, "verifier": self.verifier, "began": self.began});
        session.set(KEY, &kept.to_string());
    }

    /// The way that this browser set out on and that ends with this `state`. It ends
    /// once; another's state ends nothing.
    pub fn take(session: &mut Session, kind: Kind, state: &str, now: NaiveDateTime) -> Option<Self> {
        let flow = Self::read(&session.get(KEY)?)?;
        let is_own = flow.kind == kind && bool::from(flow.state.as_bytes().ct_eq(state.as_bytes()));
        if !is_own {
            return None;
        }
        session.remove(KEY);
        (0..=PATIENCE).contains(&now.and_utc().timestamp().saturating_sub(flow.began)).then_some(flow)
    }

    fn read(kept: &str) -> Option<Self> {
        let kept: Json = serde_json::from_str(kept).ok()?;
        let text = |key: &str| kept.get(key).and_then(Json::as_str).filter(|t| !t.is_empty()).map(ToOwned::to_owned);
        Some(Self {
            kind: Kind::named(&text("kind")?)?,
            is_from_here: kept.get("here").and_then(Json::as_bool).unwrap_or(false),
            state: text("state")?,
            verifier: text("verifier")?,
            began: kept.get("began").and_then(Json::as_i64)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};
    use rand::{SeedableRng, rngs::StdRng};

    fn now() -> NaiveDateTime {
        DateTime::from_timestamp(1_763_900_100, 0).unwrap_or_default().naive_utc()
    }

    #[test]
    fn a_way_ends_once_for_the_browser_that_set_out() {
        let flow = Flow::begin(Kind::Google, true, now(), &mut StdRng::seed_from_u64(1));
        let mut session = Session::default();
        assert_eq!(Flow::take(&mut session, Kind::Google, flow.state(), now()), None, "nobody set out");
        flow.keep(&mut session);
        assert_eq!(Flow::take(&mut session, Kind::Google, "another", now()), None);
        assert_eq!(Flow::take(&mut session, Kind::Google, "", now()), None);
        assert_eq!(Flow::take(&mut session, Kind::Oauth, flow.state(), now()), None, "another site's answer");
        assert_eq!(Flow::take(&mut session, Kind::Google, flow.state(), now()), Some(flow.clone()));
        assert_eq!(Flow::take(&mut session, Kind::Google, flow.state(), now()), None, "a second time");
    }

    #[test]
    fn who_stays_away_too_long_begins_anew() {
        let flow = Flow::begin(Kind::Oauth, false, now(), &mut StdRng::seed_from_u64(2));
        for (late, found) in [(0, true), (PATIENCE, true), (PATIENCE + 1, false), (-1, false)] {
            let mut session = Session::default();
            flow.keep(&mut session);
            assert_eq!(Flow::take(&mut session, Kind::Oauth, flow.state(), now() + TimeDelta::seconds(late)).is_some(), found, "{late}");
        }
    }

    #[test]
    fn its_secrets_are_long_and_not_shown() {
        let flow = Flow::begin(Kind::Oauth, true, now(), &mut StdRng::seed_from_u64(3));
        // RFC 7636 asks for 43 to 128 characters.
        assert_eq!((flow.state().len(), flow.verifier().len()), (43, 43));
        let shown = format!("{flow:?}");
        assert!(!shown.contains(flow.state()) && !shown.contains(flow.verifier()), "{shown}");
    }
}
