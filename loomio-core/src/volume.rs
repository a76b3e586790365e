//! How loudly somebody wants to be told: nothing, in the application, by mail
//! when addressed, by mail about everything.
//!
//! Source: `app/models/concerns/has_volume.rb`, `app/extras/queries/users_by_volume_query.rb`.

/// The names by stored number.
pub const NAMES: [&str; 4] = ["mute", "quiet", "normal", "loud"];
/// Nothing at all.
pub const MUTE: i32 = 0;
/// In the application only.
pub const QUIET: i32 = 1;
/// By mail when addressed.
pub const NORMAL: i32 = 2;
/// By mail about everything.
pub const LOUD: i32 = 3;

/// The stored number of a name.
#[must_use]
pub fn parse(name: &str) -> Option<i32> {
    NAMES.iter().position(|n| *n == name).and_then(|n| i32::try_from(n).ok())
}

/// The volume that counts: the closest that was ever set, from the vote over the
/// thread to the group, else normal.
#[must_use]
pub fn effective(stance: Option<i32>, reader: Option<i32>, membership: Option<i32>) -> i32 {
    stance.or(reader).or(membership).unwrap_or(NORMAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_volume_counts() {
        assert_eq!(effective(Some(MUTE), Some(LOUD), Some(NORMAL)), MUTE);
        assert_eq!(effective(None, Some(LOUD), Some(QUIET)), LOUD);
        assert_eq!(effective(None, None, None), NORMAL);
        assert_eq!(parse("loud"), Some(LOUD));
        assert_eq!(parse("shouting"), None);
    }
}
