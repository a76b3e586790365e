//! Mails that wait for a group.
