//! Replaying one case after the other: restore, sign in, ask, let the jobs run,
//! compare.

use crate::{
    browser::Browser,
    case::{Answered, Case},
    compare::{Compare, Difference},
    effects, mails,
    state::State,
    world::World,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;
use std::{collections::HashMap, sync::Arc};

/// The world between cases. Reads of one person share a database and a browser.
pub struct Replay {
    world: World,
    standing: Option<(String, Option<String>, TimeDelta)>,
    browsers: HashMap<Option<String>, Browser>,
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

impl Replay {
    /// A fresh world.
    pub async fn new() -> Self {
        Self { world: World::new().await, standing: None, browsers: HashMap::new() }
    }

    /// Takes the world down.
    pub async fn done(self) {
        drop(self.browsers);
        self.world.done().await;
    }

    /// Puts the case's database in place and says by how much it was moved.
    async fn restore(&mut self, case: &Case, state: &State) -> TimeDelta {
        if let Some((name, who, shift)) = &self.standing
            && case.is_read()
            && *name == case.state
            && *who == case.who
        {
            return *shift;
        }
        let shift = now() - case.at;
        state.restore(self.world.pool(), &self.world.shape, shift).await;
        self.browsers.clear();
        self.standing = case.is_read().then(|| (case.state.clone(), case.who.clone(), shift));
        shift
    }

    /// Replays a case and tells what is not equal.
    pub async fn replay(&mut self, case: &Case, state: &Arc<State>) -> Vec<Difference> {
        let shift = self.restore(case, state).await;
        match self.asked(case, shift).await {
            Ok(differences) => differences,
            Err(e) => {
                self.standing = None;
                vec![Difference::new("$", "an answer", e)]
            }
        }
    }

    async fn asked(&mut self, case: &Case, shift: TimeDelta) -> Result<Vec<Difference>, String> {
        if !self.browsers.contains_key(&case.who) {
            let mut browser = Browser::new(&self.world.endpoint);
            if let Some(who) = &case.who {
                browser.sign_in(who).await?;
            }
            self.world.settle().await;
            self.browsers.insert(case.who.clone(), browser);
        }
        let before = if case.is_read() { None } else { Some(self.world.snapshot().await) };
        if before.is_some() {
            self.world.listen().await;
        }
        let browser = self.browsers.get_mut(&case.who).ok_or("no browser")?;
        let ours = browser.ask(&case.request).await?;

        let recorded = &case.response;
        let compare = Compare { shift, root: root(recorded), new_keys: !case.is_read(), at: Some(case.at), now: now() };
        // The original crashed: any clear answer is better, and what it half wrote is no model.
        let crashed = recorded.status >= 500 && ours.status < 500;
        let unstable = case.unstable.as_deref().unwrap_or_default();
        let mut names = effects::Names::new();
        let mut out = Vec::new();
        if let (Some(before), Some(expected), false) = (before, &case.db, crashed) {
            self.world.settle().await;
            let actual = effects::changes(&before, &self.world.snapshot().await);
            names = effects::names(expected, &actual);
            let mut found = effects::compare(expected, &actual, &compare);
            if let Some(expected) = &case.mails {
                found.extend(mails::compare(expected, &self.world.mails()));
            }
            if let Some(expected) = &case.live {
                let heard: Vec<Json> = self.world.live().iter().map(|message| effects::renamed(message, &names, "")).collect();
                found.extend(effects::compare_live(expected, &heard, &compare));
            }
            out.extend(found.into_iter().map(|d| Difference { path: format!("db:{}", d.path), ..d }));
        }
        if !crashed {
            out.extend(answers_differ(recorded, &ours, &compare, &names));
        }
        out.retain(|d| !unstable.contains(&d.general()));
        Ok(out)
    }
}

/// The collection whose order counts, as the answer's `meta` names it.
fn root(answer: &Answered) -> Option<String> {
    answer.json.as_ref()?.get("meta")?.get("root")?.as_str().map(ToOwned::to_owned)
}

fn answers_differ(recorded: &Answered, ours: &Answered, compare: &Compare, names: &effects::Names) -> Vec<Difference> {
    if recorded.status != ours.status {
        return vec![Difference::new("status", recorded.status, ours.status)];
    }
    match (&recorded.json, &ours.json) {
        (Some(expected), Some(actual)) => compare.run(expected, &effects::renamed(actual, names, "")),
        (Some(_), None) => vec![Difference::new("$", "json", Json::Null)],
        (None, _) => {
            let place = |answer: &Answered| answer.location.as_deref().map(|l| l.split('?').next().unwrap_or_default().to_owned());
            match place(recorded) {
                Some(expected) if place(ours).as_deref().unwrap_or_default() != expected => vec![Difference::new("location", expected, place(ours).unwrap_or_default())],
                _ => Vec::new(),
            }
        }
    }
}
