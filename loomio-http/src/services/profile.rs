//! The own profile and those of others.
