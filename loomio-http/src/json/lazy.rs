//! Rows that are fetched when somebody has asked for them.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

/// Rows by key; asking for a row that is not there notes the wish for it.
#[derive(Debug)]
pub struct Lazy<K, V> {
    found: HashMap<K, Option<Arc<V>>>,
    wanted: HashSet<K>,
}

impl<K, V> Default for Lazy<K, V> {
    fn default() -> Self {
        Self { found: HashMap::new(), wanted: HashSet::new() }
    }
}

impl<K: Hash + Eq + Clone, V> Lazy<K, V> {
    /// The row, if it is known to exist; an unknown one is wanted from now on.
    pub fn get(&mut self, key: &K) -> Option<Arc<V>> {
        if let Some(known) = self.found.get(key) {
            return known.clone();
        }
        self.wanted.insert(key.clone());
        None
    }

    /// Makes a row known.
    pub fn put(&mut self, key: K, row: Arc<V>) {
        self.found.insert(key, Some(row));
    }

    /// Asks for rows before they are needed.
    pub fn want(&mut self, keys: impl IntoIterator<Item = K>) {
        for key in keys {
            if !self.found.contains_key(&key) {
                self.wanted.insert(key);
            }
        }
    }

    /// The wanted keys, which count as absent from now on unless [`Self::put`].
    pub(super) fn take(&mut self) -> Vec<K> {
        let keys: Vec<K> = self.wanted.drain().collect();
        for key in &keys {
            self.found.insert(key.clone(), None);
        }
        keys
    }

    /// Whether rows are wanted.
    pub(super) fn is_wanting(&self) -> bool {
        !self.wanted.is_empty()
    }
}
