//! The order of a thread: which item stands below which, and in which place.
//!
//! An item answers something: the thread itself, a comment, a poll. It stands below
//! what it answers, unless that stands at the deepest level already; then it stands
//! beside it. Siblings stand in the order in which they were written.
//!
//! Source: `app/models/event.rb` (`max_depth_adjusted_parent`),
//! `app/services/event_service.rb` (`repair_discussion`, `reset_child_positions`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An item of a thread, as far as its place depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The event.
    pub id: i32,
    /// Its number in the thread, by which siblings are sorted.
    pub sequence_id: i32,
    /// The event that it answers; nothing when that is gone.
    pub answers: Option<i32>,
}

/// An event that is no item of the thread but has items below it: the thread's own
/// beginning, or an event of another thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The event.
    pub id: i32,
    /// How deep it stands; a thread's beginning stands at 0.
    pub depth: i32,
    /// The event above it.
    pub parent_id: Option<i32>,
    /// Its place; a thread's beginning has none.
    pub position_key: Option<String>,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The event.
    pub id: i32,
    /// The event above it; nothing for an orphan.
    pub parent_id: Option<i32>,
    /// How many events stand above it.
    pub depth: i32,
    /// Its place among its siblings, from 1; 0 for an orphan.
    pub position: i32,
    /// The positions of everything above it and its own; nothing for an orphan.
    pub position_key: Option<String>,
    /// How many items stand directly below it.
    pub child_count: i32,
    /// How many items stand below it in all.
    pub descendant_count: i32,
}

/// A position below its parent's key, in five digits.
///
/// ```
/// assert_eq!(loomio_core::thread::position_key(Some("00003"), 12), "00003-00012");
/// ```
#[must_use]
pub fn position_key(parent: Option<&str>, position: i32) -> String {
    match parent {
        Some(key) => format!("{key}-{position:05}"),
        None => format!("{position:05}"),
    }
}

/// The parent of what answers an event standing at `depth` below `above`.
#[must_use]
pub fn parent_of(answered: i32, depth: i32, above: Option<i32>, max_depth: i32) -> Option<i32> {
    if depth == max_depth { above } else { Some(answered) }
}

/// Gives every item its place; the result is in the order of sequence numbers.
///
/// Nothing here recurses, so that items answering one another in a circle are
/// survived. An item answered by an earlier one counts as standing at depth 1 until
/// its own turn comes, as in the original.
#[must_use]
pub fn arrange(items: &[Item], anchors: &[Anchor], max_depth: i32) -> Vec<Place> {
    let mut items: Vec<Item> = items.to_vec();
    items.sort_by_key(|i| (i.sequence_id, i.id));
    let beginning = anchors.iter().find(|a| a.depth == 0).map(|a| a.id);
    let mut standing: HashMap<i32, (i32, Option<i32>)> = anchors.iter().map(|a| (a.id, (a.depth, a.parent_id))).collect();
    standing.extend(items.iter().map(|i| (i.id, (1, beginning))));
    for item in &items {
        let answered = item.answers.and_then(|id| standing.get(&id).map(|(depth, above)| (id, *depth, *above)));
        let parent = answered.and_then(|(id, depth, above)| parent_of(id, depth, above, max_depth));
        let depth = parent.and_then(|p| standing.get(&p)).map_or(0, |(depth, _)| depth.saturating_add(1));
        standing.insert(item.id, (depth, parent));
    }
    let mut below: BTreeMap<(i32, i32), Vec<i32>> = BTreeMap::new();
    for item in &items {
        if let Some((_, Some(parent))) = standing.get(&item.id) {
            let depth = standing.get(parent).map_or(0, |(depth, _)| *depth);
            below.entry((depth, *parent)).or_default().push(item.id);
        }
    }
    // From the top down: the keys of those above are there when they are needed.
    let mut keys: HashMap<i32, String> = anchors.iter().filter_map(|a| Some((a.id, a.position_key.clone()?))).collect();
    let mut positions: HashMap<i32, i32> = HashMap::new();
    for ((_, parent), children) in &below {
        let above = keys.get(parent).cloned();
        for (position, child) in (1..).zip(children) {
            positions.insert(*child, position);
            keys.insert(*child, position_key(above.as_deref(), position));
        }
    }
    let children: HashMap<i32, usize> = below.iter().map(|((_, parent), children)| (*parent, children.len())).collect();
    let sorted: BTreeSet<(&str, i32)> = items.iter().filter_map(|i| Some((keys.get(&i.id)?.as_str(), i.id))).collect();
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    items
        .iter()
        .map(|item| {
            let (depth, parent_id) = standing.get(&item.id).copied().unwrap_or_default();
            let position_key = keys.get(&item.id).cloned();
            // Everything whose key begins with this one; an orphan's key begins every key.
            let start = position_key.as_deref().unwrap_or_default();
            let descendants = sorted.range((start, i32::MIN)..).take_while(|(key, _)| key.starts_with(start)).filter(|(_, id)| *id != item.id).count();
            Place {
                id: item.id,
                parent_id,
                depth,
                position: positions.get(&item.id).copied().unwrap_or(0),
                position_key,
                child_count: count(children.get(&item.id).copied().unwrap_or(0)),
                descendant_count: count(descendants),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOT: i32 = 1;

    fn root() -> Anchor {
        Anchor { id: ROOT, depth: 0, parent_id: None, position_key: None }
    }

    /// A thread whose n-th item answers one of those before it, or the thread.
    fn thread(answers: &[usize]) -> Vec<Item> {
        let event = |n: usize| i32::try_from(n).unwrap_or(0) + 10;
        answers.iter().enumerate().map(|(n, to)| Item { id: event(n), sequence_id: event(n), answers: Some(if to % (n + 1) == 0 { ROOT } else { event(to % (n + 1) - 1) }) }).collect()
    }

    /// The order of a thread as `position (key) count/count` of each item.
    fn check(answers: &[usize], max_depth: i32, expected: &[&str]) {
        let told: Vec<String> =
            arrange(&thread(answers), &[root()], max_depth).iter().map(|p| format!("{} {}/{}", p.position_key.clone().unwrap_or_default(), p.child_count, p.descendant_count)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn answers_stand_below_what_they_answer() {
        check(&[0, 1, 2, 0], 3, &["00001 1/2", "00001-00001 1/1", "00001-00001-00001 0/0", "00002 0/0"]);
    }

    #[test]
    fn at_the_deepest_level_answers_stand_beside() {
        check(&[0, 1, 2, 0], 2, &["00001 2/2", "00001-00001 0/0", "00001-00002 0/0", "00002 0/0"]);
        check(&[0, 1, 2], 1, &["00001 0/0", "00002 0/0", "00003 0/0"]);
    }

    #[test]
    fn orphans_and_circles_are_survived() {
        let circle = [Item { id: 10, sequence_id: 1, answers: Some(11) }, Item { id: 11, sequence_id: 2, answers: Some(10) }, Item { id: 12, sequence_id: 3, answers: None }];
        let places = arrange(&circle, &[root()], 2);
        assert_eq!(places.len(), 3);
        assert_eq!((places[2].parent_id, places[2].depth, places[2].position), (None, 0, 0));
    }

    proptest! {
        #[test]
        fn a_sound_thread_stays_as_it_is(answers in prop::collection::vec(0usize..50, 0..40), max_depth in 1i32..4) {
            let items = thread(&answers);
            let places = arrange(&items, &[root()], max_depth);
            // An item that answers its own parent is placed where it stands.
            let again: Vec<Item> = places.iter().zip(&items).map(|(p, i)| Item { answers: p.parent_id, ..*i }).collect();
            prop_assert_eq!(arrange(&again, &[root()], max_depth), places);
        }

        #[test]
        fn items_in_any_order_make_the_same_thread(answers in prop::collection::vec(0usize..50, 0..40), max_depth in 1i32..4) {
            let items = thread(&answers);
            let mut turned = items.clone();
            turned.reverse();
            prop_assert_eq!(arrange(&turned, &[root()], max_depth), arrange(&items, &[root()], max_depth));
        }

        #[test]
        fn keys_are_distinct_and_sorted_as_people_read(answers in prop::collection::vec(0usize..50, 0..40), max_depth in 1i32..4) {
            let places = arrange(&thread(&answers), &[root()], max_depth);
            let keys: BTreeSet<_> = places.iter().filter_map(|p| p.position_key.clone()).collect();
            prop_assert_eq!(keys.len(), places.len());
            for place in &places {
                prop_assert!((1..=max_depth).contains(&place.depth));
                let parent = places.iter().find(|p| Some(p.id) == place.parent_id);
                let above = parent.and_then(|p| p.position_key.clone());
                prop_assert_eq!(place.position_key.clone(), Some(position_key(above.as_deref(), place.position)));
                let children = places.iter().filter(|p| p.parent_id == Some(place.id));
                prop_assert_eq!(children.clone().count() as i32, place.child_count);
                prop_assert_eq!(children.map(|c| c.descendant_count + 1).sum::<i32>(), place.descendant_count);
            }
        }
    }
}
