//! Every route of the original's API is served, or stands in a list with the reason
//! why not.

use crate::data;
use regex::Regex;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// A route without the names of its parts.
fn plain(route: &str) -> String {
    Regex::new(r"\{\w+\}|:\w+").expect("a pattern").replace_all(route, "{}").into_owned()
}

fn read(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(data().with_file_name(name)).expect("a list");
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(ToOwned::to_owned).collect()
}

#[test]
fn every_route_of_the_original_is_served_or_excused() {
    let document: Json = serde_json::from_str(&loomio_http::api::service("http://localhost:3000").spec()).expect("the document");
    let mut served = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        served.extend(methods.as_object().expect("methods").keys().map(|method| plain(&format!("{} /api{path}", method.to_uppercase()))));
    }
    let excused: BTreeMap<String, String> = read("unserved_routes.txt").iter().filter_map(|line| line.split_once('\t')).map(|(route, reason)| (plain(route), reason.to_owned())).collect();
    let original: BTreeSet<String> = read("original_routes.txt").iter().map(|route| plain(route)).collect();
    let missing: Vec<_> = original.iter().filter(|route| !served.contains(*route) && !excused.contains_key(*route)).collect();
    assert!(missing.is_empty(), "neither served nor excused: {missing:#?}");
    let needless: Vec<_> = excused.iter().filter(|(route, reason)| served.contains(*route) || !original.contains(*route) || reason.trim().is_empty()).collect();
    assert!(needless.is_empty(), "needlessly excused: {needless:#?}");
}
